// SPDX-License-Identifier: GPL-2.0-or-later
// Search for the end of an HTTP header.
#include "bridge/http_parser.h"

#include <cstring>

namespace bridge {

std::size_t HeaderScan::find(std::string_view bytes) {
  while (at_ < bytes.size()) {
    const void* found = std::memchr(bytes.data() + at_, '\n', bytes.size() - at_);
    if (found == nullptr) {
      at_ = bytes.size();
      return std::string_view::npos;
    }
    const auto lf = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
    const bool crlf = lf > lineStart_ && bytes[lf - 1] == '\r';
    const std::size_t length = lf - lineStart_ - (crlf ? 1 : 0);
    bareLf_ = bareLf_ || !crlf;
    at_ = lineStart_ = lf + 1;
    if (length == 0) return at_;
  }
  return std::string_view::npos;
}

std::string HeaderScan::toCrlf(std::string_view header) {
  std::string out;
  out.reserve(header.size() + 32);
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (header[i] == '\n' && (i == 0 || header[i - 1] != '\r')) out += '\r';
    out += header[i];
  }
  return out;
}

}  // namespace bridge
