// SPDX-License-Identifier: GPL-2.0-or-later
// Finds transactionData by depth and local name, and copies what is around it.
#include "ocpp_s/readings.h"

#include <algorithm>
#include <array>

#include "ocpp/text.h"
#include "ocpp_s/dialect.h"

namespace ocpp_s {

namespace {

constexpr std::size_t inBody = 2, inRequest = 3;  // elements that are open around the request, and around its fields
constexpr auto npos = std::string_view::npos;

/// The end of a tag that begins at `at`, behind its `>`; npos if it is not there. Values in quotes may hold a `>`.
std::size_t endOfTag(std::string_view text, std::size_t at) {
  for (; at < text.size(); ++at) {
    if (text[at] == '>') return at + 1;
    if (text[at] != '"' && text[at] != '\'') continue;
    at = text.find(text[at], at + 1);
    if (at == npos) return npos;
  }
  return npos;
}

class Cutter {
 public:
  Cutter(std::string_view document, std::size_t longestTag) : text_(document), longestTag_(longestTag) {}

  std::optional<std::string> run() {
    for (std::size_t at = text_.find('<'); at != npos; at = text_.find('<', at)) {
      const std::size_t end = endOfMarkup(at);
      if (end == npos && isTooLong(at)) return std::nullopt;
      if (end == npos) break;
      if (isTag(at) && !tag(at, end)) return std::nullopt;
      at = end;
    }
    if (!found_) return std::nullopt;
    if (depth_ > 0) return closed();
    out_.append(text_.substr(copied_));
    return std::move(out_);
  }

 private:
  bool isTag(std::size_t at) const { return text_[at + 1] != '?' && text_[at + 1] != '!'; }

  /// Looked at no further: beside the readings it is there to stay.
  bool isTooLong(std::size_t at) const {
    return text_.size() - at > longestTag_ && !inside_ && isTag(at) && text_[at + 1] != '/' && !isReadings(nameAt(at));
  }

  std::string_view nameAt(std::size_t at) const {
    const std::string_view name = text_.substr(at + 1, 256);
    return name.substr(0, name.find_first_of(" \t\r\n/>"));
  }
  bool isReadings(std::string_view name) const {
    return depth_ == inRequest && body_ && ocpp::equalFold(localName(name), "transactionData");
  }

  std::size_t endOfMarkup(std::size_t at) const {
    const auto behind = [&](std::string_view mark, std::size_t from) {
      const std::size_t found = text_.find(mark, at + from);
      return found == npos ? npos : found + mark.size();
    };
    if (text_.compare(at, 2, "<?") == 0) return behind("?>", 2);
    if (text_.compare(at, 4, "<!--") == 0) return behind("-->", 4);
    if (text_.compare(at, 9, "<![CDATA[") == 0) return behind("]]>", 9);
    return endOfTag(isTooLong(at) ? text_.substr(0, at + longestTag_) : text_, at);
  }

  /// False: this is no request whose readings could be left out.
  bool tag(std::size_t at, std::size_t end) {
    if (text_[at + 1] == '/') return endTag(end);
    std::string_view name = text_.substr(at + 1, end - at - 2);
    name = name.substr(0, name.find_first_of(" \t\r\n/"));
    const bool empty = text_[end - 2] == '/';
    if (depth_ == inBody && body_ && !ocpp::equalFold(localName(name), "stopTransactionRequest")) return false;
    if (depth_ == 1) body_ = ocpp::equalFold(localName(name), "Body");
    if (isReadings(name)) begins(at);
    if (empty) {
      if (depth_ == inRequest) whole(end);
      return true;
    }
    if (depth_ < open_.size()) open_[depth_] = name;
    ++depth_;
    return true;
  }

  bool endTag(std::size_t end) {
    if (depth_ == 0) return false;
    if (--depth_ == inRequest) whole(end);
    return true;
  }

  void begins(std::size_t at) {
    found_ = inside_ = true;
    out_.append(text_.substr(copied_, at - copied_));
    copied_ = at;
  }

  /// A field of the request ends here.
  void whole(std::size_t end) {
    if (inside_) copied_ = end;
    inside_ = false;
    wholeUpTo_ = end;
  }

  std::string closed() {
    if (!inside_ && wholeUpTo_ > copied_) out_.append(text_.substr(copied_, wholeUpTo_ - copied_));
    for (std::size_t i = std::min(depth_, inRequest); i > 0; --i) out_.append("</").append(open_[i - 1]).append(">");
    return std::move(out_);
  }

  std::string_view text_;
  std::size_t longestTag_;
  std::string out_;
  std::size_t copied_ = 0;     // up to here everything is in `out_`, or left out
  std::size_t wholeUpTo_ = 0;  // the end of the last field
  std::array<std::string_view, inRequest> open_;
  std::size_t depth_ = 0;
  bool body_ = false;    // the child of the envelope that is open is its Body
  bool found_ = false;   // some transactionData
  bool inside_ = false;  // of one
};

}  // namespace

std::optional<std::string> withoutReadings(std::string_view document, std::size_t longestTag) {
  return Cutter(document, longestTag).run();
}

}  // namespace ocpp_s
