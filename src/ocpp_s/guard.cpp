// SPDX-License-Identifier: GPL-2.0-or-later
// The scan before any XML parser, one pass over the bytes.
#include "ocpp_s/guard.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include "ocpp/text.h"

namespace ocpp_s {

namespace {

constexpr std::size_t mostTags = 4096;

bool isSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool isBlank(std::string_view s) {
  while (!s.empty() && isSpace(s.front())) s.remove_prefix(1);
  return s.empty();
}

bool isLegal(unsigned char c) { return c >= 0x20 ? c < 0x80 : c == '\t' || c == '\n' || c == '\r'; }

// ASCII of which every character may stand in XML; eight bytes at a time.
bool isPlainAscii(std::string_view s) {
  std::size_t i = 0;
  for (; i + 8 <= s.size(); i += 8) {
    std::uint64_t word;
    std::memcpy(&word, s.data() + i, 8);
    const std::uint64_t suspect = ((word - 0x2020202020202020u) | word) & 0x8080808080808080u;  // < 0x20 or > 0x7F
    if (suspect == 0) continue;
    for (std::size_t k = i; k < i + 8; ++k)
      if (!isLegal(static_cast<unsigned char>(s[k]))) return false;
  }
  for (; i < s.size(); ++i)
    if (!isLegal(static_cast<unsigned char>(s[i]))) return false;
  return true;
}

// Character references: `plain` ends with the first one; one to NUL is refused, since parsers cut strings there.
bool refersToNul(std::string_view s, bool& plain) {
  for (std::size_t at = s.find("&#"); at != s.npos; at = s.find("&#", at + 2)) {
    plain = false;
    std::size_t i = at + 2;
    if (i < s.size() && (s[i] == 'x' || s[i] == 'X')) ++i;
    const std::size_t first = i;
    while (i < s.size() && s[i] == '0') ++i;
    if (i > first && (i == s.size() || s[i] == ';')) return true;
  }
  return false;
}

// Encodings that both readers know; the guard's own scan sees ASCII in each of them.
constexpr std::string_view knownEncodings[] = {"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin1"};

bool isUtf16Or32(std::string_view s) {
  const auto begins = [&](std::string_view bytes) { return s.substr(0, bytes.size()) == bytes; };
  using namespace std::string_view_literals;
  return begins("\xFF\xFE"sv) || begins("\xFE\xFF"sv) || begins("<\0"sv) || begins("\0<"sv) || begins("\0\0"sv);
}

// What the XML declaration says, if there is one.
bool declaresUnknownEncoding(std::string_view s) {
  if (s.substr(0, 5) != "<?xml") return false;
  s = s.substr(0, s.find("?>"));
  std::size_t at = s.find("encoding");
  if (at == s.npos) return false;
  at = s.find_first_of("\"'", at);
  if (at == s.npos) return true;
  const std::string_view rest = s.substr(at + 1);
  const std::string_view name = rest.substr(0, rest.find(s[at]));
  for (const std::string_view known : knownEncodings)
    if (ocpp::equalFold(name, known)) return false;
  return true;
}

constexpr const char* early = "the document ends early";
// Limits, and nothing that is wrong by itself.
constexpr const char* tooLong = "a tag is too long";
constexpr const char* tooMany = "too many elements";
constexpr const char* tooDeep = "elements are nested too deeply";
constexpr const char* tooManyAttributes = "too many attributes";
constexpr const char* tooManyAround = "too many attributes around an element";
constexpr std::array<const char*, 5> bounds{tooLong, tooMany, tooDeep, tooManyAttributes, tooManyAround};
constexpr const char* mismatch = "an end tag does not match";

// Characters that mean something inside a start tag.
constexpr std::array<bool, 256> stops = [] {
  std::array<bool, 256> table{};
  for (const char c : {'>', '<', '"', '\''}) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

class Scan {
 public:
  Scan(std::string_view document, const GuardLimits& limits, std::vector<Tag>* tags)
      : rest_(document), limits_(limits), tags_(tags) {}

  bool nil() const { return nil_; }

  const char* run() {
    for (;;) {
      const std::size_t at = rest_.find('<');
      if (depth_ == 0 && rooted_ && !isBlank(rest_.substr(0, at))) return "text behind the root element";
      if (at == rest_.npos) break;
      rest_.remove_prefix(at);
      if (const char* refusal = markup()) return refusal;
    }
    if (depth_ != 0 || !rooted_) return early;
    return nullptr;
  }

 private:
  const char* markup() {
    if (rest_.size() < 2) return early;
    if (rest_[1] == '?') return skip("?>", 2);
    if (rest_[1] != '!') return tag();
    if (rest_.substr(0, 4) == "<!--") return skip("-->", 4);
    if (rest_.substr(0, 9) == "<![CDATA[") return skip("]]>", 9);
    return "a document type declaration is not allowed";
  }

  const char* skip(std::string_view end, std::size_t from) {
    const std::size_t at = rest_.find(end, from);
    if (at == rest_.npos) return early;
    rest_.remove_prefix(at + end.size());
    return nullptr;
  }

  const char* tag() {
    if (rest_[1] == '/') return endTag();
    const std::size_t limit = rest_.size() < limits_.tagBytes ? rest_.size() : limits_.tagBytes;
    const char* const cut = limit < rest_.size() ? tooLong : early;
    std::size_t i = 1, attributes = 0;
    for (;; ++i) {
      while (i < limit && !stops[static_cast<unsigned char>(rest_[i])]) ++i;
      if (i == limit) return cut;
      if (rest_[i] == '>') break;
      if (rest_[i] == '<') return "'<' inside a tag";
      if (++attributes > limits_.attributes) return tooManyAttributes;
      const void* close = std::memchr(rest_.data() + i + 1, rest_[i], limit - i - 1);
      if (close == nullptr) return cut;
      i = static_cast<std::size_t>(static_cast<const char*>(close) - rest_.data());
    }
    const std::string_view inside = rest_.substr(1, i - 1);
    rest_.remove_prefix(i + 1);
    nil_ = nil_ || (attributes > 0 && depth_ > 1 && inside.find("nil=") != inside.npos);
    return startTag(inside, attributes);
  }

  const char* startTag(std::string_view inside, std::size_t attributes) {
    std::size_t length = 0;
    while (length < inside.size() && !isSpace(inside[length]) && inside[length] != '/') ++length;
    if (length == 0) return "a tag has no name";
    if (depth_ == 0 && rooted_) return "more than one root element";
    rooted_ = true;
    if (tags_ != nullptr && tags_->size() < mostTags) tags_->push_back({inside.substr(0, length), depth_});
    if (depth_ == 1 && isSecond(inside.substr(0, length))) return "more than one Header or Body";
    if (++elements_ > limits_.elements) return tooMany;
    if (openAttributes_ + attributes > limits_.openAttributes) return tooManyAround;
    if (inside.back() == '/') return nullptr;
    if (depth_ == limits_.depth || depth_ == open_.size()) return tooDeep;
    openAttributes_ += attributes;
    open_[depth_++] = {inside.substr(0, length), attributes};
    return nullptr;
  }

  // Of an envelope's children each stands there once: two readers might take different ones.
  bool isSecond(std::string_view name) {
    name.remove_prefix(name.find(':') == name.npos ? 0 : name.find(':') + 1);
    return (ocpp::equalFold(name, "Header") && std::exchange(header_, true)) ||
           (ocpp::equalFold(name, "Body") && std::exchange(body_, true));
  }

  const char* endTag() {
    if (depth_ == 0) return mismatch;
    const auto& [name, attributes] = open_[--depth_];
    openAttributes_ -= attributes;
    if (rest_.compare(2, name.size(), name) != 0) return mismatch;
    rest_.remove_prefix(2 + name.size());
    while (!rest_.empty() && isSpace(rest_.front())) rest_.remove_prefix(1);
    if (rest_.empty() || rest_.front() != '>') return mismatch;
    rest_.remove_prefix(1);
    return nullptr;
  }

  std::string_view rest_;
  const GuardLimits& limits_;
  std::vector<Tag>* tags_;
  bool nil_ = false;
  struct Open {
    std::string_view name;
    std::size_t attributes;
  };
  std::array<Open, GuardLimits::deepest> open_;
  std::size_t depth_ = 0, elements_ = 0, openAttributes_ = 0;
  bool rooted_ = false, header_ = false, body_ = false;
};

Guarded tooLarge() {
  Guarded result;
  result.refusal = "the document is too large";
  result.tooMuch = true;
  return result;
}

}  // namespace

Guarded guard(std::string_view document, const GuardLimits& limits, std::vector<Tag>* tags) {
  if (tags != nullptr) tags->clear();
  if (document.size() > limits.bytes) return tooLarge();
  if (document.substr(0, 3) == "\xef\xbb\xbf") document.remove_prefix(3);
  const std::size_t before = document.size();
  while (!document.empty() && isSpace(document.front())) document.remove_prefix(1);
  if (document.empty()) return {"there is no document"};
  if (isUtf16Or32(document)) return {"UTF-16 and UTF-32 are not read, please send UTF-8"};
  if (document.front() != '<') return {"this is not XML"};
  if (declaresUnknownEncoding(document)) return {"this encoding is not read, please send UTF-8"};
  if (std::memchr(document.data(), 0, document.size()) != nullptr) return {"a NUL character is not allowed"};
  Guarded result;
  result.plain = isPlainAscii(document) || ocpp::isXmlText(document);
  result.padded = document.size() != before && document.substr(0, 5) == "<?xml";
  if (refersToNul(document, result.plain)) return {"a NUL character is not allowed"};
  Scan scan(document, limits, tags);
  result.refusal = scan.run();
  result.tooMuch = std::find(bounds.begin(), bounds.end(), result.refusal) != bounds.end();
  result.nil = scan.nil();
  return result;
}

}  // namespace ocpp_s
