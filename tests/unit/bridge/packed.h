// SPDX-License-Identifier: GPL-2.0-or-later
// Compressed bodies for tests.
#pragma once

#include <zlib.h>

#include <string>

namespace test {

constexpr int gzipFrame = 31, zlibFrame = 15, noFrame = -15;

inline std::string packed(const std::string& text, int frame) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, frame, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<unsigned>(text.size());
  stream.next_out = reinterpret_cast<unsigned char*>(out.data());
  stream.avail_out = static_cast<unsigned>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace test
