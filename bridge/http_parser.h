// SPDX-License-Identifier: GPL-2.0-or-later
// Incremental HTTP/1 parsing: Boost.Beast's basic_parser filling our own message types, with limits and smuggling
// checks.
#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "bridge/http_message.h"
#include "bridge/inflater.h"

namespace bridge {

struct HttpLimits {
  std::size_t header = 16 * 1024;    // start line and fields; also chunk headers and trailers
  std::size_t fields = 128;          // header fields
  std::size_t body = 1024 * 1024;    // as sent, and as it is after Content-Encoding is undone
  const HttpGrant* grant = nullptr;  // outlives the parser; of requests only
};

/// Parses one message, and undoes gzip and deflate while the body comes. Trailer fields are checked and dropped.
template <bool isRequest>
class HttpParser : public boost::beast::http::basic_parser<isRequest> {
  using Base = boost::beast::http::basic_parser<isRequest>;
  using Error = boost::beast::error_code;
  using View = boost::beast::string_view;

 public:
  using Message = std::conditional_t<isRequest, HttpRequest, HttpResponse>;

  /// `body` is where the body is received: a string with room spares an allocation.
  explicit HttpParser(const HttpLimits& limits, std::string&& body = {})
      : maxBody_(limits.body), maxFields_(limits.fields), grant_(limits.grant) {
    message_.body = std::move(body);
    message_.body.clear();
    // Our own check of the header's size comes first; Beast needs room for it.
    this->header_limit(static_cast<std::uint32_t>(limits.header + 4));
    this->body_limit(std::numeric_limits<std::uint64_t>::max());  // our own check
    this->eager(true);
  }

  /// Feeds bytes and removes the consumed ones. True while all is well; false sets `error`. What is left over when it
  /// returns true and the message is not done must be given again, with more behind it.
  bool feed(std::string_view& bytes, Error& error) {
    error = {};
    while (!bytes.empty() && !this->is_done()) {
      // Beast 1.74 asserts that it sees a last chunk ("0" and two line ends) whole or not at all.
      const bool lastBegun = bytes.front() == '0' && bytes.size() < lastChunk;
      if (lastBegun && this->is_header_done() && this->chunked()) return true;
      const std::size_t used = this->put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
      bytes.remove_prefix(used);
      if (error == boost::beast::http::error::need_more) {
        error = {};
        return true;
      }
      if (error) return false;
    }
    return true;
  }

  Message& message() { return message_; }
  bool expectsContinue() const { return expectsContinue_; }
  int minor() const { return minor_; }
  /// The body has a Content-Encoding that we do not know: the error was set because of that.
  bool unknownCoding() const { return coding_ == ContentCoding::Unknown; }
  /// The body is longer than may be read: feed() has failed because of that, and the message has its beginning.
  bool cut() const {
    if constexpr (isRequest) return message_.cut;
    return false;
  }
  /// Bytes that the message keeps in memory so far.
  std::size_t memory() const { return message_.body.size() + (inflater_ ? Inflater::memory : 0); }

 private:
  void on_request_impl(boost::beast::http::verb, View method, View target, int version, Error&) override {
    if constexpr (isRequest) {
      message_.method.assign(method.data(), method.size());
      message_.target.assign(target.data(), target.size());
      message_.minor = version - 10;
    }
    minor_ = version - 10;
  }
  void on_response_impl(int code, View, int version, Error& error) override {
    if constexpr (!isRequest) message_.status = code;
    minor_ = version - 10;
    if (code < 100) error = boost::beast::http::error::bad_status;
  }
  void on_field_impl(boost::beast::http::field name, View spelling, View value, Error& error) override {
    using boost::beast::http::field;
    if (inTrailer_) return;
    const std::string_view text(value.data(), value.size());
    if (isRequest && name == field::transfer_encoding && (!sameToken(text, "chunked") || minor_ == 0)) {
      // Anything but exactly "chunked" means a length that two readers could see differently.
      error = boost::beast::http::error::bad_transfer_encoding;
      return;
    }
    if (message_.headers.size() >= maxFields_) {
      error = boost::beast::http::error::header_limit;
      return;
    }
    if (isRequest && name == field::host && std::exchange(hostSeen_, true)) {
      error = boost::beast::http::error::bad_value;  // RFC 9112 section 3.2: two readers could take different ones
      return;
    }
    if (name == field::content_encoding)
      coding_ = coding_ == ContentCoding::Identity ? contentCoding(text) : ContentCoding::Unknown;
    if (name == field::expect && sameToken(text, "100-continue")) expectsContinue_ = minor_ > 0;
    message_.headers.add(std::string(spelling.data(), spelling.size()), std::string(text));
  }
  void on_header_impl(Error& error) override {
    inTrailer_ = true;
    announce(this->content_length().value_or(0), error);
    if (error || coding_ == ContentCoding::Identity) return;
    if (coding_ == ContentCoding::Unknown)
      error = boost::beast::http::error::bad_value;
    else
      inflater_ = std::make_unique<Inflater>(coding_);
  }
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, Error&) override {
    // No more than this on the word of a peer that has sent nothing yet.
    if (length) message_.body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(*length, 64 * 1024)));
  }
  std::size_t append(View bytes, Error& error) {
    if (announced_ && !asked_ && message_.body.size() >= firstLook && !grantMore()) return full({}, error);
    if (inflater_) return inflate(bytes, error);
    if (message_.body.size() + bytes.size() > maxBody_) grantMore();
    const std::size_t kept = std::min(bytes.size(), maxBody_ - message_.body.size());
    if (kept < bytes.size()) return full(bytes.substr(0, kept), error);
    message_.body.append(bytes.data(), bytes.size());
    return bytes.size();
  }
  std::size_t inflate(View bytes, Error& error) {
    Inflater::Outcome outcome = inflater_->feed({bytes.data(), bytes.size()}, message_.body, maxBody_);
    if (outcome == Inflater::Outcome::Full && grantMore()) outcome = inflater_->goOn(message_.body, maxBody_);
    switch (outcome) {
      case Inflater::Outcome::Good: return bytes.size();
      case Inflater::Outcome::Corrupt: error = boost::beast::http::error::bad_value; return 0;
      case Inflater::Outcome::TooBig: grantMore(); return full({}, error);  // C1: its beginning may be of use
      case Inflater::Outcome::Full: return full({}, error);
    }
    return 0;
  }
  /// So much more of the body is to come, says its peer.
  void announce(std::uint64_t size, Error& error) {
    if (size > mostAnnounced) {
      error = boost::beast::http::error::body_limit;
      return;
    }
    if (size <= maxBody_ - message_.body.size() || announced_ || asked_) return;
    const HttpGranted granted = ask();
    announced_ = granted.most > 0;
    granted_ = granted.asItIs;
    if (granted_ || !announced_) full({}, error);
  }
  HttpGranted ask() const {
    if constexpr (isRequest)
      if (grant_ != nullptr && *grant_) return (*grant_)(message_);
    return {};
  }
  /// Asks, once, whether this body may be larger than others.
  bool grantMore() {
    if (std::exchange(asked_, true)) return false;
    const HttpGranted granted = ask();
    granted_ = granted.asItIs || granted.most > 0;
    maxBody_ = std::max(maxBody_, granted.most);
    return !granted.asItIs && maxBody_ > message_.body.size();
  }
  /// The limit is reached; of a body that was allowed to be large the beginning is of use.
  std::size_t full(View last, Error& error) {
    error = boost::beast::http::error::body_limit;
    if constexpr (isRequest) {
      if (granted_) message_.body.append(last.data(), last.size());
      message_.cut = granted_;
    }
    return 0;
  }
  std::size_t on_body_impl(View bytes, Error& error) override { return append(bytes, error); }
  void on_chunk_header_impl(std::uint64_t size, View, Error& error) override { announce(size, error); }
  std::size_t on_chunk_body_impl(std::uint64_t, View bytes, Error& error) override { return append(bytes, error); }
  void on_finish_impl(Error& error) override {
    if (!inflater_) return;
    if (!inflater_->complete()) error = boost::beast::http::error::partial_message;
    if constexpr (isRequest) message_.misnamedCoding = inflater_->plain();
  }

  static constexpr std::uint64_t mostAnnounced = 64 << 20;  // bytes; no charger has so much to say
  static constexpr std::size_t firstLook = 64 * 1024;       // bytes of a body in which an envelope tells whose it is
  static constexpr std::size_t lastChunk = 5;               // bytes of the shortest end of a chunked message

  Message message_;
  std::size_t maxBody_, maxFields_;
  const HttpGrant* grant_;
  bool announced_ = false;  // Content-Length is over the limit, and nobody has refused that yet
  bool asked_ = false;      // with the beginning of the body
  bool granted_ = false;    // what there is of the body is of use
  std::unique_ptr<Inflater> inflater_;
  int minor_ = 1;
  ContentCoding coding_ = ContentCoding::Identity;
  bool inTrailer_ = false;
  bool hostSeen_ = false;
  bool expectsContinue_ = false;
};

using HttpRequestParser = HttpParser<true>;
using HttpResponseParser = HttpParser<false>;

/// Finds the empty line that ends a header. Lines may end in CRLF or, as RFC 9112 section 2.2 allows a recipient, in
/// LF.
class HeaderScan {
 public:
  /// Length of the header at the start of `bytes`, the empty line included; npos if it is not complete. Give the same
  /// bytes again with more behind them: it goes on where it stopped.
  std::size_t find(std::string_view bytes);
  /// The header ended lines in a bare LF; toCrlf() makes it readable for Beast.
  bool bareLf() const { return bareLf_; }
  static std::string toCrlf(std::string_view header);

 private:
  std::size_t at_ = 0;         // next byte to look at
  std::size_t lineStart_ = 0;  // of the line that at_ is in
  bool bareLf_ = false;
};

}  // namespace bridge
