// SPDX-License-Identifier: GPL-2.0-or-later
// URL splitting and numeric addresses.
#include "bridge/url.h"

#include "bridge/net_address.h"
#include "tests/support/test.h"

using bridge::NetAddress;
using bridge::Url;

TEST(urlParts, "scheme, host, port and target are split, defaults filled in, the path kept byte for byte") {
  const auto plain = Url::parse("WS://Host.example/a%2Fb/../c?x=%20&y#frag");
  CPPUNIT_ASSERT(plain);
  CPPUNIT_ASSERT_EQUAL(std::string("ws"), plain->scheme);
  CPPUNIT_ASSERT_EQUAL(std::string("Host.example"), plain->host);
  CPPUNIT_ASSERT_EQUAL(std::uint16_t(80), plain->port);
  CPPUNIT_ASSERT_EQUAL(std::string("/a%2Fb/../c?x=%20&y"), plain->target);
  CPPUNIT_ASSERT_EQUAL(std::string("Host.example"), plain->authority());
  CPPUNIT_ASSERT(!plain->secure());
  const auto six = Url::parse("wss://[2001:db8::1]:8443?q");
  CPPUNIT_ASSERT(six && six->secure());
  CPPUNIT_ASSERT_EQUAL(std::string("2001:db8::1"), six->host);
  CPPUNIT_ASSERT_EQUAL(std::string("[2001:db8::1]:8443"), six->authority());
  CPPUNIT_ASSERT_EQUAL(std::string("/?q"), six->target);
}

TEST(urlBad, "what is no absolute http or ws address, or could break a request line, is not taken") {
  for (const char* text :
       {"", "/path", "ftp://x/", "http://", "http:///x", "http://:80/", "http://x:0/", "http://x:65536/",
        "http://x:8o/", "http://a b/", "http://x/a\r\nb", "http://user:pass@x/", "http://[::1/", "http://[::1]x/",
        "http://[x]/", "http://a]/", "http://[[::1]/", "http://x/\x7f"}) {
    CPPUNIT_ASSERT_MESSAGE(text, !Url::parse(text));
  }
}

TEST(netAddressText, "IP literals are read and written, mapped IPv4 is shown as IPv4") {
  CPPUNIT_ASSERT_EQUAL(std::string("127.0.0.1"), NetAddress::parse("127.0.0.1", 5)->host());
  CPPUNIT_ASSERT_EQUAL(std::uint16_t(5), NetAddress::parse("[::1]", 5)->port());
  CPPUNIT_ASSERT_EQUAL(std::string("10.1.2.3"), NetAddress::parse("::ffff:10.1.2.3")->host());
  CPPUNIT_ASSERT(!NetAddress::parse("localhost") && !NetAddress::parse("1.2.3") && !NetAddress::parse(""));
}
