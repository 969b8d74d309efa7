// SPDX-License-Identifier: GPL-2.0-or-later
// zlib, fed piece by piece.
#include "bridge/inflater.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include "bridge/http_message.h"

namespace bridge {
namespace {

constexpr int window = 15;
constexpr int gzipFrame = window + 16;
constexpr int zlibFrame = window;
constexpr int noFrame = -window;

bool beginsLikeXml(char first) { return first == '<' || first == '\xEF'; }  // the latter: byte order mark

bool hasZlibFrame(std::string_view two) {
  const auto a = static_cast<unsigned char>(two[0]);
  const auto b = static_cast<unsigned char>(two[1]);
  return (a & 0x0F) == Z_DEFLATED && (a * 256 + b) % 31 == 0;
}

}  // namespace

ContentCoding contentCoding(std::string_view value) {
  if (value.empty() || sameToken(value, "identity")) return ContentCoding::Identity;
  if (sameToken(value, "gzip") || sameToken(value, "x-gzip")) return ContentCoding::Gzip;
  if (sameToken(value, "deflate")) return ContentCoding::Deflate;
  return ContentCoding::Unknown;
}

Inflater::Inflater(ContentCoding coding) : coding_(coding) {}

Inflater::~Inflater() {
  if (stream_) inflateEnd(stream_.get());
}

bool Inflater::begin(std::string_view first) {
  const int frame = coding_ == ContentCoding::Gzip ? gzipFrame : hasZlibFrame(first) ? zlibFrame : noFrame;
  auto stream = std::make_unique<z_stream>();
  if (inflateInit2(stream.get(), frame) != Z_OK) return false;
  stream_ = std::move(stream);
  state_ = State::Running;
  return true;
}

Inflater::Outcome Inflater::feed(std::string_view bytes, std::string& out, std::size_t limit) {
  if (bytes.empty()) return Outcome::Good;
  std::string joined;
  if (state_ == State::Empty) {
    if (early_.empty() && beginsLikeXml(bytes.front())) {
      state_ = State::Plain;
    } else {
      early_.append(bytes);
      if (early_.size() < 2) return Outcome::Good;
      joined.swap(early_);
      bytes = joined;
      if (!begin(bytes)) throw std::bad_alloc();
    }
  }
  if (state_ == State::Plain) return copy(bytes, out, limit);
  received_ += bytes.size();
  return inflatePiece(bytes, out, limit);
}

Inflater::Outcome Inflater::copy(std::string_view bytes, std::string& out, std::size_t limit) {
  const std::size_t room = limit - std::min(limit, out.size());
  out.append(bytes.substr(0, room));
  if (bytes.size() <= room) return Outcome::Good;
  spilled_ = bytes.substr(room);
  return Outcome::Full;
}

Inflater::Outcome Inflater::goOn(std::string& out, std::size_t limit) {
  const std::string text = std::exchange(spilled_, {}), bytes = std::exchange(unread_, {});
  if (const Outcome outcome = copy(text, out, limit); outcome != Outcome::Good) return outcome;
  if (state_ == State::Running) return inflatePiece(bytes, out, limit);
  return bytes.empty() ? Outcome::Good : Outcome::Corrupt;
}

Inflater::Outcome Inflater::inflatePiece(std::string_view bytes, std::string& out, std::size_t limit) {
  if (state_ == State::Ended) return Outcome::Corrupt;
  std::array<char, 16 * 1024> piece;
  stream_->next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data()));
  stream_->avail_in = static_cast<unsigned>(bytes.size());
  for (;;) {
    stream_->next_out = reinterpret_cast<unsigned char*>(piece.data());
    stream_->avail_out = static_cast<unsigned>(piece.size());
    const int result = inflate(stream_.get(), Z_NO_FLUSH);
    const std::size_t made = piece.size() - stream_->avail_out;
    if (result != Z_STREAM_END && result != Z_OK && result != Z_BUF_ERROR) return Outcome::Corrupt;
    if (result == Z_STREAM_END) state_ = State::Ended;
    const bool fits = copy({piece.data(), made}, out, limit) == Outcome::Good;
    if (out.size() > freeGrowth && out.size() / mostGrowth > received_) return Outcome::TooBig;
    if (!fits) {
      unread_.assign(reinterpret_cast<const char*>(stream_->next_in), stream_->avail_in);
      return Outcome::Full;
    }
    if (result == Z_STREAM_END) return stream_->avail_in == 0 ? Outcome::Good : Outcome::Corrupt;
    if (stream_->avail_in == 0 && stream_->avail_out != 0) return Outcome::Good;
    if (made == 0 && result == Z_BUF_ERROR) return Outcome::Good;
  }
}

}  // namespace bridge
