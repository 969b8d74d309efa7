// SPDX-License-Identifier: GPL-2.0-or-later
// Addresses and ranges, and who a request comes from behind proxies.
#include "bridge/cidr.h"

#include "bridge/forwarded.h"
#include "bridge/options.h"
#include "tests/support/test.h"

using namespace bridge;

namespace {

struct RangeRow {
  const char* range;
  const char* address;
  bool inside;
};
const RangeRow ranges[] = {
    {"10.0.0.7", "10.0.0.7", true},
    {"10.0.0.7", "10.0.0.8", false},
    {"10.0.0.0/8", "10.255.255.255", true},
    {"10.0.0.0/8", "11.0.0.0", false},
    {"192.168.4.0/22", "192.168.7.255", true},
    {"192.168.4.0/22", "192.168.8.0", false},
    {"0.0.0.0/0", "203.0.113.9", true},
    {"0.0.0.0/0", "2001:db8::1", false},
    {"::/0", "2001:db8::1", true},
    {"::/0", "203.0.113.9", false},
    {"2001:db8::/32", "2001:db8:ffff::1", true},
    {"2001:db8::/32", "2001:db9::", false},
    {"2001:db8::1", "2001:db8::1", true},
    {"10.0.0.0/8", "::ffff:10.1.2.3", true},  // the same peer on a socket for both
    {"::ffff:10.0.0.0/104", "10.1.2.3", true},
    {"10.0.0.7/32", "10.0.0.7", true},
};

std::string complaint(std::string_view range) {
  try {
    IpRanges().add(range);
  } catch (const BadConfiguration& bad) { return bad.what(); }
  return "";
}

struct OriginRow {
  const char* peer;
  std::vector<std::pair<std::string, std::string>> headers;
  const char* sender;
  bool ignored;
  ProxyHeader header = ProxyHeader::XForwardedFor;
};
constexpr auto standard = ProxyHeader::Forwarded;
// Proxies: 10.0.0.0/24 and 2001:db8:1::1.
const OriginRow origins[] = {
    {"203.0.113.5", {}, "203.0.113.5", false},
    {"203.0.113.5", {{"X-Forwarded-For", "198.51.100.7"}}, "203.0.113.5", true},
    {"203.0.113.5", {{"Forwarded", "for=198.51.100.7"}}, "203.0.113.5", true},
    {"10.0.0.1", {}, "10.0.0.1", false},
    {"10.0.0.1", {{"X-Forwarded-For", "198.51.100.7"}}, "198.51.100.7", false},
    {"10.0.0.1", {{"x-forwarded-for", " 198.51.100.7 "}}, "198.51.100.7", false},
    // The rightmost that is no proxy: what stands left of it was written by the sender.
    {"10.0.0.1", {{"X-Forwarded-For", "192.0.2.1, 198.51.100.7"}}, "198.51.100.7", false},
    {"10.0.0.1", {{"X-Forwarded-For", "192.0.2.1, 198.51.100.7, 10.0.0.2"}}, "198.51.100.7", false},
    {"10.0.0.1", {{"X-Forwarded-For", "192.0.2.1"}, {"X-Forwarded-For", "198.51.100.7"}}, "198.51.100.7", false},
    {"10.0.0.1", {{"X-Forwarded-For", "10.0.0.3, 10.0.0.2"}}, "10.0.0.3", false},
    {"10.0.0.1", {{"X-Forwarded-For", "198.51.100.7:4711"}}, "198.51.100.7", false},
    {"10.0.0.1", {{"X-Forwarded-For", "2001:db8::7"}}, "2001:db8::7", false},
    {"10.0.0.1", {{"X-Forwarded-For", "[2001:db8::7]:4711"}}, "2001:db8::7", false},
    {"10.0.0.1", {{"X-Forwarded-For", "198.51.100.7, unknown"}}, "10.0.0.1", false},
    {"10.0.0.1", {{"X-Forwarded-For", ""}}, "10.0.0.1", false},
    {"10.0.0.1", {{"X-Forwarded-For", "198.51.100.7,"}}, "10.0.0.1", false},
    // A proxy that writes one header passes the other on as it came.
    {"10.0.0.1", {{"Forwarded", "for=192.0.2.1"}, {"X-Forwarded-For", "198.51.100.7"}}, "198.51.100.7", false},
    {"10.0.0.1", {{"Forwarded", "for=192.0.2.1"}, {"X-Forwarded-For", "198.51.100.7"}}, "192.0.2.1", false, standard},
    {"10.0.0.1", {{"Forwarded", "proto=http; For=\"[2001:db8::7]:4711\";by=_x"}}, "2001:db8::7", false, standard},
    {"10.0.0.1", {{"Forwarded", "for=192.0.2.1, for=198.51.100.7;host=\"a,b\""}}, "198.51.100.7", false, standard},
    {"10.0.0.1", {{"Forwarded", "for=_hidden"}}, "10.0.0.1", false, standard},
    {"10.0.0.1", {{"Forwarded", "by=192.0.2.1"}}, "10.0.0.1", false, standard},
    {"2001:db8:1::1", {{"X-Forwarded-For", "198.51.100.7"}}, "198.51.100.7", false},
    {"::ffff:10.0.0.1", {{"X-Forwarded-For", "198.51.100.7"}}, "198.51.100.7", false},
};

}  // namespace

TEST(ranges, "an address is in a range or not, whatever family and notation") {
  for (const RangeRow& row : ranges) {
    IpRanges set;
    set.add(row.range);
    const auto address = IpAddress::parse(row.address);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(std::string(row.address) + " in " + row.range, row.inside,
                                 address && set.contains(*address));
  }
  IpRanges many;
  many.addList("10.0.0.1, 10.0.0.2 192.168.0.0/16,2001:db8::/64");
  CPPUNIT_ASSERT(many.contains(*IpAddress::parse("192.168.9.9")) && many.contains(*IpAddress::parse("10.0.0.2")));
  CPPUNIT_ASSERT(!many.contains(*IpAddress::parse("10.0.0.3")));
}

TEST(rangeMistakes, "a range that is none is refused by name, also one whose address has bits behind its length") {
  for (const char* wrong : {"", "nowhere", "10.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "::/129",
                            "[10.0.0.1]", "010.0.0.1", "0x7f.1", "10.0.0.7/8"})
    CPPUNIT_ASSERT_MESSAGE(wrong, complaint(wrong).find(std::string("'") + wrong + "'") == 0);
  CPPUNIT_ASSERT(complaint("10.0.0.7/8").find("10.0.0.0/8?") != std::string::npos);
  CPPUNIT_ASSERT_THROW(IpRanges().addList(" , "), BadConfiguration);
}

TEST(subscriber, "a subscriber is an IPv4 address or an IPv6 /64") {
  const auto of = [](const char* text) { return IpAddress::parse(text)->subscriber(); };
  CPPUNIT_ASSERT(of("10.0.0.1") != of("10.0.0.2"));
  CPPUNIT_ASSERT(of("2001:db8::1") == of("2001:db8::ffff:1"));
  CPPUNIT_ASSERT(of("2001:db8:0:1::1") != of("2001:db8::1"));
  CPPUNIT_ASSERT_EQUAL(std::string("10.0.0.1"), IpAddress::parse("::ffff:10.0.0.1")->text());
}

TEST(origin, "AU-7: the rightmost address that is no trusted proxy is the sender's; others cannot name another") {
  const IpRanges proxies{"10.0.0.0/24", "2001:db8:1::1"};
  for (const OriginRow& row : origins) {
    HttpRequest request;
    request.peerAddress = row.peer;
    std::string what = row.peer;
    for (const auto& [name, value] : row.headers) {
      request.headers.add(name, value);
      what += " " + name + ": " + value;
    }
    const auto found = originOf(request, proxies, row.header);
    CPPUNIT_ASSERT_MESSAGE(what, found.has_value());
    CPPUNIT_ASSERT_EQUAL_MESSAGE(what, std::string(row.sender), found->address.text());
    CPPUNIT_ASSERT_EQUAL_MESSAGE(what, row.ignored, found->headerIgnored);
  }
}
