// SPDX-License-Identifier: GPL-2.0-or-later
// Content-Encoding: what is undone, in any segmentation, and what is refused before it can grow (QUIRKS H4).
#include "bridge/inflater.h"

#include <string>

#include "tests/support/test.h"
#include "tests/unit/bridge/packed.h"

using bridge::ContentCoding;
using bridge::Inflater;
using test::gzipFrame;
using test::noFrame;
using test::packed;
using test::zlibFrame;

namespace {

struct Unpacked {
  Inflater::Outcome outcome = Inflater::Outcome::Good;
  bool complete = false;
  std::string text;
  std::size_t used = 0;
};

Unpacked unpack(ContentCoding coding, const std::string& bytes, std::size_t piece, std::size_t limit = 1 << 20) {
  Inflater inflater(coding);
  Unpacked result;
  while (result.used < bytes.size() && result.outcome == Inflater::Outcome::Good) {
    const std::string part = bytes.substr(result.used, piece);
    result.outcome = inflater.feed(part, result.text, limit);
    result.used += part.size();
  }
  result.complete = inflater.complete();
  return result;
}

std::string prose() {
  std::string text = "<a>";
  for (int i = 0; i < 5000; ++i) text += "<b>" + std::to_string(i * 7919) + "</b>";
  return text + "</a>";
}

}  // namespace

TEST(InflaterReads,
     "gzip, deflate with and without zlib's frame, and plain XML under either name, in any segmentation") {
  const std::string text = prose();
  const std::pair<ContentCoding, std::string> bodies[] = {{ContentCoding::Gzip, packed(text, gzipFrame)},
                                                          {ContentCoding::Deflate, packed(text, zlibFrame)},
                                                          {ContentCoding::Deflate, packed(text, noFrame)},
                                                          {ContentCoding::Gzip, text},
                                                          {ContentCoding::Deflate, text}};
  for (const auto& [coding, bytes] : bodies)
    for (const std::size_t piece : {std::size_t(1), std::size_t(2), std::size_t(1000), bytes.size()}) {
      const Unpacked result = unpack(coding, bytes, piece);
      CPPUNIT_ASSERT(result.outcome == Inflater::Outcome::Good && result.complete);
      CPPUNIT_ASSERT(result.text == text);
    }
}

TEST(InflaterRefuses, "what is cut, changed or followed by more is not taken for a body") {
  const std::string whole = packed(prose(), gzipFrame);
  CPPUNIT_ASSERT(!unpack(ContentCoding::Gzip, whole.substr(0, whole.size() - 9), 500).complete);
  CPPUNIT_ASSERT(!unpack(ContentCoding::Gzip, whole.substr(0, 1), 1).complete);
  std::string changed = whole;
  changed[changed.size() - 6] = static_cast<char>(changed[changed.size() - 6] + 1);  // of the checksum
  CPPUNIT_ASSERT(unpack(ContentCoding::Gzip, changed, 500).outcome == Inflater::Outcome::Corrupt);
  CPPUNIT_ASSERT(unpack(ContentCoding::Gzip, whole + "x", 500).outcome == Inflater::Outcome::Corrupt);
  CPPUNIT_ASSERT(unpack(ContentCoding::Gzip, whole + whole, 500).outcome == Inflater::Outcome::Corrupt);
  CPPUNIT_ASSERT(unpack(ContentCoding::Gzip, "rubbish", 500).outcome == Inflater::Outcome::Corrupt);
}

TEST(InflaterBounded,
     "a bomb is given up at the limit, and before it when it grows 100 times, like no honest text (C1)") {
  const std::string bomb = packed(std::string(50'000'000, ' '), gzipFrame);
  const Unpacked large = unpack(ContentCoding::Gzip, bomb, 1000);
  CPPUNIT_ASSERT(large.outcome == Inflater::Outcome::TooBig || large.outcome == Inflater::Outcome::Full);
  CPPUNIT_ASSERT(large.text.size() <= (1 << 20));
  CPPUNIT_ASSERT(large.used < 3000);
  const Unpacked small = unpack(ContentCoding::Gzip, packed(std::string(900'000, ' '), gzipFrame), 100000);
  CPPUNIT_ASSERT_MESSAGE("below the limit, but 1000 times what came", small.outcome == Inflater::Outcome::TooBig);
  CPPUNIT_ASSERT(unpack(ContentCoding::Gzip, packed(prose(), gzipFrame), 1000, 1000).outcome ==
                 Inflater::Outcome::Full);
  CPPUNIT_ASSERT(unpack(ContentCoding::Gzip, prose(), 700, 1000).outcome == Inflater::Outcome::Full);
}

TEST(InflaterNames, "codings are known by their names in any case; several are none") {
  CPPUNIT_ASSERT(bridge::contentCoding("X-GZip") == ContentCoding::Gzip);
  CPPUNIT_ASSERT(bridge::contentCoding("Deflate") == ContentCoding::Deflate);
  CPPUNIT_ASSERT(bridge::contentCoding("identity") == ContentCoding::Identity);
  CPPUNIT_ASSERT(bridge::contentCoding("br") == ContentCoding::Unknown);
  CPPUNIT_ASSERT(bridge::contentCoding("gzip, gzip") == ContentCoding::Unknown);
}

TEST(InflaterGoesOn,
     "C1: at the limit the beginning is there, and under a higher one the rest, whatever is compressed how") {
  for (const std::string& bytes : {packed(prose(), gzipFrame), prose()})
    for (const std::size_t first : {std::size_t(1), std::size_t(20'000), prose().size() - 1}) {
      Inflater inflater(ContentCoding::Gzip);
      std::string text;
      CPPUNIT_ASSERT(inflater.feed(bytes, text, first) == Inflater::Outcome::Full);
      CPPUNIT_ASSERT(text == prose().substr(0, first));
      CPPUNIT_ASSERT(inflater.goOn(text, prose().size()) == Inflater::Outcome::Good);
      CPPUNIT_ASSERT(text == prose() && inflater.complete());
    }
  Inflater inflater(ContentCoding::Gzip);
  std::string text;
  inflater.feed(packed(prose(), gzipFrame) + "x", text, prose().size() - 1);
  CPPUNIT_ASSERT(inflater.goOn(text, prose().size()) == Inflater::Outcome::Corrupt);
}
