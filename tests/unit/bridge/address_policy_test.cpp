// SPDX-License-Identifier: GPL-2.0-or-later
// WA-5: which addresses are called, in every spelling that a resolver or the kernel would take.
#include "bridge/address_policy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>

#include "tests/support/test.h"

using bridge::AddressPolicy;
using bridge::Cidr;
using bridge::NetAddress;
using bridge::Url;

namespace {

struct Row {
  const char* host;  // as it stands in a URL, IPv6 without brackets
  const char* word;  // of the refusal; "" = may be called
};
constexpr Row verdicts[] = {
    // where chargers live
    {"10.0.0.7", ""},
    {"10.255.255.255", ""},
    {"172.16.3.4", ""},
    {"192.168.1.50", ""},
    {"100.64.0.9", ""},
    {"203.0.113.7", ""},
    {"8.8.8.8", ""},
    {"1.1.1.1", ""},
    {"223.255.255.254", ""},
    {"126.255.255.255", ""},
    {"128.0.0.1", ""},
    {"169.253.255.255", ""},
    {"169.255.0.1", ""},
    {"2001:db8::7", ""},
    {"2a00:1450::1", ""},
    {"fd12:3456::7", ""},
    {"fc00::1", ""},
    {"::ffff:10.0.0.7", ""},
    {"64:ff9b::a00:7", ""},
    {"2002:a00:7::1", ""},
    // loopback, in all its spellings
    {"127.0.0.1", "loopback"},
    {"127.255.255.254", "loopback"},
    {"127.1", "loopback"},
    {"127.0.1", "loopback"},
    {"127.0.0.1.", "loopback"},
    {"2130706433", "loopback"},
    {"0x7f000001", "loopback"},
    {"0X7F.1", "loopback"},
    {"0x7f.0x0.0x0.0x1", "loopback"},
    {"017700000001", "loopback"},
    {"0177.0.0.1", "loopback"},
    {"0177.0.0.01", "loopback"},
    {"::1", "loopback"},
    {"0:0:0:0:0:0:0:1", "loopback"},
    {"::ffff:127.0.0.1", "loopback"},
    {"::ffff:7f00:1", "loopback"},
    {"0:0:0:0:0:ffff:127.0.0.1", "loopback"},
    {"::127.0.0.1", "loopback"},
    {"::ffff:0:127.0.0.1", "loopback"},
    {"64:ff9b::127.0.0.1", "loopback"},
    {"64:ff9b::7f00:1", "loopback"},
    {"2002:7f00:1::", "loopback"},
    {"2002:7f00:0001:1:2:3:4:5", "loopback"},
    {"2001:db8::5efe:127.0.0.1", "loopback"},
    {"2001:db8::200:5efe:7f00:1", "loopback"},
    // unspecified: the kernel takes it for loopback
    {"0.0.0.0", "unspecified"},
    {"0", "unspecified"},
    {"0x0", "unspecified"},
    {"0.1.2.3", "unspecified"},
    {"::", "unspecified"},
    {"::ffff:0.0.0.0", "unspecified"},
    {"2002::1", "unspecified"},
    // link-local
    {"169.254.0.1", "link-local"},
    {"169.254.255.255", "link-local"},
    {"2851995649", "link-local"},
    {"fe80::1", "link-local"},
    {"fe80::1%eth0", "link-local"},
    {"febf::1", "link-local"},
    {"::ffff:169.254.7.7", "link-local"},
    {"fec0::1", "site-local"},
    // what clouds tell their machines
    {"169.254.169.254", "cloud metadata"},
    {"2852039166", "cloud metadata"},
    {"0xa9fea9fe", "cloud metadata"},
    {"0xa9.0xfe.0xa9.0xfe", "cloud metadata"},
    {"0251.0376.0251.0376", "cloud metadata"},
    {"169.254.43518", "cloud metadata"},
    {"169.16689662", "cloud metadata"},
    {"::ffff:169.254.169.254", "cloud metadata"},
    {"::ffff:a9fe:a9fe", "cloud metadata"},
    {"64:ff9b::169.254.169.254", "cloud metadata"},
    {"2002:a9fe:a9fe::", "cloud metadata"},
    {"fe80::a9fe:a9fe", "cloud metadata"},
    {"169.254.170.2", "cloud metadata"},
    {"fd00:ec2::254", "cloud metadata"},
    {"fd00:0ec2:0:0:0:0:0:0254", "cloud metadata"},
    {"fd20:ce::254", "cloud metadata"},
    {"100.100.100.200", "cloud metadata"},
    {"168.63.129.16", "cloud metadata"},
    {"192.0.0.192", "cloud metadata"},
    {"169.254.169.253", "cloud resolver"},
    // everybody, and nobody
    {"224.0.0.1", "multicast"},
    {"239.255.255.250", "multicast"},
    {"ff02::1", "multicast"},
    {"::ffff:224.0.0.251", "multicast"},
    {"255.255.255.255", "broadcast"},
    {"4294967295", "broadcast"},
    {"0xffffffff", "broadcast"},
    {"240.0.0.1", "reserved"},
    {"192.0.0.8", "reserved"},
    {"192.88.99.1", "6to4 relays"},
    {"100::1", "reserved"},
    {"64:ff9b:1::a00:7", "translated"},
    {"2001::1", "tunnelled"},
    {"2001:0:4136:e378:8000:63bf:3fff:fdd2", "tunnelled"},
};

std::string verdict(const AddressPolicy& policy, const std::string& host, std::uint16_t port = 8082) {
  auto address = bridge::literalAddress(host);
  CPPUNIT_ASSERT_MESSAGE(host + " is an address", address);
  address->setPort(port);
  const std::string said = policy.refusal(*address);
  const std::size_t colon = said.rfind(": ");
  return said.empty() ? "" : said.substr(colon + 2);
}

std::vector<Cidr> ranges(std::initializer_list<const char*> texts) {
  std::vector<Cidr> all;
  for (const char* each : texts) all.push_back(Cidr::parse(each));
  return all;
}

}  // namespace

TEST(addressVerdicts, "WA-5: 94 spellings of addresses and whether they are called") {
  const AddressPolicy policy;
  for (const Row& row : verdicts)
    CPPUNIT_ASSERT_EQUAL_MESSAGE(row.host, std::string(row.word), verdict(policy, row.host));
  CPPUNIT_ASSERT(std::size(verdicts) >= 90);
}

TEST(addressNames, "texts that are no address stay names, and are judged when they are resolved") {
  for (const char* name : {"example.org", "cafe", "0xg", "1.2.3.4.5", "256.256.256.256", "localhost",
                           "127.0.0.1.nip.io", "", "-", "cp1", "10.0.0.7x"})
    CPPUNIT_ASSERT_MESSAGE(name, !bridge::literalAddress(name));
  CPPUNIT_ASSERT_EQUAL(std::string(), AddressPolicy().refusal(*Url::parse("http://example.org/")));
}

TEST(addressNobody, "WA-5: hosts that name nobody from here, which the sender's address replaces") {
  for (const char* host : {"", "localhost", "LOCALHOST.", "cp.localhost", "localhost.localdomain", "ip6-localhost",
                           "127.0.0.1", "127.8.8.8", "::1", "0.0.0.0", "::", "169.254.3.4", "fe80::1", "2130706433",
                           "::ffff:127.0.0.1", "64:ff9b::7f00:1"})
    CPPUNIT_ASSERT_MESSAGE(host, bridge::namesNobody(host));
  for (const char* host : {"10.0.0.7", "example.org", "localhost.example.org", "mylocalhost", "169.254.169.254",
                           "fe80::a9fe:a9fe", "224.0.0.1", "255.255.255.255", "fd00:ec2::254", "2001:db8::7"})
    CPPUNIT_ASSERT_MESSAGE(host, !bridge::namesNobody(host));
}

TEST(addressAllowed, "a refused range is opened only by a range within it, so that 0.0.0.0/0 opens nothing") {
  const struct {
    const char* allowed;
    const char* host;
    const char* word;
  } rows[] = {
      {"127.0.0.0/8", "127.0.0.1", ""},
      {"127.0.0.0/8", "2130706433", ""},
      {"127.0.0.0/8", "::ffff:127.0.0.1", ""},
      {"127.0.0.0/8", "64:ff9b::7f00:1", ""},
      {"127.0.0.0/8", "::1", "loopback"},
      {"127.0.0.1", "127.0.0.2", "loopback"},
      {"::1", "::1", ""},
      {"0.0.0.0/0", "127.0.0.1", "loopback"},
      {"::/0", "127.0.0.1", "loopback"},
      {"::/0", "::1", "loopback"},
      {"169.254.0.0/16", "169.254.3.4", ""},
      {"169.254.0.0/16", "169.254.169.254", "cloud metadata"},
      {"169.254.169.254", "169.254.169.254", ""},
      {"224.0.0.0/4", "224.0.0.1", ""},
      {"240.0.0.0/4", "255.255.255.255", "broadcast"},
  };
  for (const auto& row : rows) {
    const std::string what = std::string(row.host) + " with " + row.allowed;
    CPPUNIT_ASSERT_EQUAL_MESSAGE(what, std::string(row.word), verdict(AddressPolicy(ranges({row.allowed})), row.host));
    auto address = *bridge::literalAddress(row.host);
    const std::string said = AddressPolicy().refusal(address, ranges({row.allowed}));
    CPPUNIT_ASSERT_EQUAL_MESSAGE(what + " of one charger", row.word[0] == '\0', said.empty());
  }
}

TEST(addressOwn, "our own listeners and our public URL are never called, whatever is allowed") {
  AddressPolicy policy(ranges({"127.0.0.0/8", "::1", "0.0.0.0/8"}));
  policy.addListener(*NetAddress::parse("127.0.0.1", 8080));
  for (const char* host : {"127.0.0.1", "2130706433", "::ffff:127.0.0.1", "0.0.0.0", "64:ff9b::7f00:1"})
    CPPUNIT_ASSERT_EQUAL_MESSAGE(host, std::string("our own listener"), verdict(policy, host, 8080));
  CPPUNIT_ASSERT_EQUAL(std::string(), verdict(policy, "127.0.0.1", 8081));
  CPPUNIT_ASSERT_EQUAL(std::string(), verdict(policy, "127.0.0.2", 8080));
  policy.addListener(*NetAddress::parse("0.0.0.0", 9090));
  CPPUNIT_ASSERT_EQUAL(std::string("our own listener"), verdict(policy, "127.0.0.2", 9090));
  CPPUNIT_ASSERT_EQUAL(std::string(), verdict(policy, "203.0.113.9", 9090));
  policy.addOwnUrl("http://Gateway.example/ocpp");
  CPPUNIT_ASSERT(!policy.refusal(*Url::parse("http://gateway.EXAMPLE:80/other")).empty());
  CPPUNIT_ASSERT(policy.refusal(*Url::parse("http://gateway.example:8082/")).empty());
}
