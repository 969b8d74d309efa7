// SPDX-License-Identifier: GPL-2.0-or-later
// WA-5: which announced callback addresses are used, repaired or refused, and which takes the place of which.
#include "bridge/callback.h"

#include "bridge/callback_book.h"
#include "tests/support/test.h"

using bridge::AddressPolicy;
using bridge::CallbackBook;
using bridge::CallbackPolicy;
using bridge::CallbackRules;
using bridge::Cidr;

namespace {

CallbackRules with(CallbackPolicy policy, bool nat = false) {
  CallbackRules rules;
  rules.policy = policy;
  rules.nat = nat;
  return rules;
}

bridge::Callback judged(const char* announced, const char* peer, const CallbackRules& rules = {}) {
  return bridge::callbackFrom(bridge::announcedAddress(announced, ""), peer, rules, AddressPolicy());
}

ocpp::Now at(int seconds, int calendar = 0) {
  return {ocpp::Steady(std::chrono::seconds(1000 + seconds)),
          ocpp::Instant(std::chrono::seconds(1700000000 + seconds + calendar))};
}

}  // namespace

TEST(callbackRepairs, "vector 65, WA-5: what chargers announce, and what is called when the sender is 10.0.0.7") {
  const struct {
    const char* announced;
    const char* url;  // "" = not used
    bool remark;
  } rows[] = {
      {"http://10.0.0.7:8082/", "http://10.0.0.7:8082/", false},
      {"http://10.0.0.7:8080/a?b=c", "http://10.0.0.7:8080/a?b=c", false},
      {" \thttp://10.0.0.7:8080/a\r\n ", "http://10.0.0.7:8080/a", false},
      {"HTTP://10.0.0.7:8080/Ocpp", "http://10.0.0.7:8080/Ocpp", false},
      {"https://10.0.0.7:8443/", "https://10.0.0.7:8443/", false},
      {"http://10.0.0.7", "http://10.0.0.7/", false},
      {"http://10.0.0.7:/x", "http://10.0.0.7/x", false},
      {"http://[::ffff:10.0.0.7]:80/", "http://10.0.0.7:80/", false},
      {"http://167772167:8082/", "http://10.0.0.7:8082/", false},
      {"http://10.0.0.7:8082/#part", "http://10.0.0.7:8082/", false},
      {"http://10.0.0.7:8082?x=1", "http://10.0.0.7:8082/?x=1", false},
      // no scheme, or half of one
      {"10.0.0.7", "http://10.0.0.7/", false},
      {"10.0.0.7:8082", "http://10.0.0.7:8082/", false},
      {"10.0.0.7:8082/ocpp", "http://10.0.0.7:8082/ocpp", false},
      {"//10.0.0.7:8082/", "http://10.0.0.7:8082/", false},
      {"http:/10.0.0.7:8082/", "http://10.0.0.7:8082/", false},
      {"://10.0.0.7:8082/", "", true},
      // no host, or one that is nobody from here
      {"http://:8082/", "http://10.0.0.7:8082/", true},
      {":8082", "http://10.0.0.7:8082/", true},
      {"http:///ocpp", "http://10.0.0.7/ocpp", true},
      {"/ocpp", "http://10.0.0.7/ocpp", true},
      {"http://localhost:8080/ocpp", "http://10.0.0.7:8080/ocpp", true},
      {"localhost:8095", "http://10.0.0.7:8095/", true},
      {"http://LOCALHOST.:8095", "http://10.0.0.7:8095/", true},
      {"http://127.0.0.1:8080/", "http://10.0.0.7:8080/", true},
      {"http://2130706433:8080/", "http://10.0.0.7:8080/", true},
      {"http://[::1]:8080/", "http://10.0.0.7:8080/", true},
      {"http://0.0.0.0", "http://10.0.0.7/", true},
      {"http://[::]:8082/", "http://10.0.0.7:8082/", true},
      {"http://169.254.3.4:8082/", "http://10.0.0.7:8082/", true},
      {"http://[fe80::1]:8082/", "http://10.0.0.7:8082/", true},
      // says nothing
      {"", "", false},
      {" \n", "", false},
      {"anonymous", "", false},
      {"http://www.w3.org/2005/08/addressing/anonymous", "", false},
      {"http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous", "", false},
      {"http://www.w3.org/2005/08/addressing/none", "", false},
      // cannot be meant
      {"invalid", "", true},
      {"http://10.0.0.7:99999/", "", true},
      {"http://10.0.0.7:0/", "", true},
      {"http://10.0.0.7:80a/", "", true},
      {"http://10.0.0.7:8082:8082/", "", true},
      {"http://10.0.0.7:8082/a b", "", true},
      {"http://10.0.0.7:8082/a\r\nX: y", "", true},
      {"http://2001:db8::7:8080/", "", true},
      {"http://[10.0.0.7:8082/", "", true},
      {"http://[::1]x/", "", true},
      {"urn:charger:7", "", true},
      {"ftp://10.0.0.7/", "", true},
      {"file:///etc/passwd", "", true},
      {"javascript://10.0.0.7/", "", true},
      // parsers disagree about these
      {"http://10.0.0.7@10.0.0.8/", "", true},
      {"http://user:secret@10.0.0.7/", "", true},
      {"http://10.0.0.7\\@10.0.0.8/", "", true},
      {"http://10.0.0.7%2f@10.0.0.8/", "", true},
      {"http://%31%30.0.0.7/", "", true},
      {"http://\xEF\xBC\x91\xEF\xBC\x90.0.0.7/", "", true},
  };
  for (const auto& row : rows) {
    const auto found = judged(row.announced, "10.0.0.7");
    CPPUNIT_ASSERT_EQUAL_MESSAGE(row.announced, std::string(row.url), found.url);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(std::string(row.announced) + ": " + found.remark, row.remark, !found.remark.empty());
  }
  CPPUNIT_ASSERT_EQUAL(std::string("http://[2001:db8::7]:80/"), judged("http://127.0.0.1:80", "2001:db8::7").url);
}

TEST(callbackPolicies,
     "WA-5: each policy with each kind of host: sender's, nobody's, allowed, behind NAT, a stranger's") {
  using P = CallbackPolicy;
  const struct {
    const char* announced;
    const char* peer;
    P policy;
    bool nat;
    const char* url;
  } rows[] = {
      {"http://10.0.0.7:1/", "10.0.0.7", P::PeerChecked, false, "http://10.0.0.7:1/"},
      {"http://10.0.0.7:1/", "10.0.0.7", P::Peer, false, "http://10.0.0.7:1/"},
      {"http://10.0.0.7:1/", "10.0.0.7", P::From, false, "http://10.0.0.7:1/"},
      {"http://10.0.0.7:1/", "10.0.0.7", P::Static, false, ""},
      {"http://:1/x", "10.0.0.7", P::PeerChecked, false, "http://10.0.0.7:1/x"},
      {"http://:1/x", "10.0.0.7", P::Peer, false, "http://10.0.0.7:1/x"},
      {"http://:1/x", "10.0.0.7", P::From, false, "http://10.0.0.7:1/x"},
      {"http://:1/x", "10.0.0.7", P::Static, false, ""},
      {"http://172.20.0.3:1/", "10.0.0.7", P::PeerChecked, false, "http://172.20.0.3:1/"},  // allowed below
      {"http://172.20.0.3:1/", "10.0.0.7", P::Peer, false, "http://10.0.0.7:1/"},
      {"http://172.20.0.3:1/", "10.0.0.7", P::From, false, "http://172.20.0.3:1/"},
      {"http://192.168.1.5:1/", "203.0.113.7", P::PeerChecked, false, ""},
      {"http://192.168.1.5:1/", "203.0.113.7", P::PeerChecked, true, "http://203.0.113.7:1/"},
      {"http://192.168.1.5:1/", "203.0.113.7", P::Peer, false, "http://203.0.113.7:1/"},
      {"http://192.168.1.5:1/", "203.0.113.7", P::From, false, "http://192.168.1.5:1/"},
      {"http://192.168.1.5:1/", "203.0.113.7", P::From, true, "http://203.0.113.7:1/"},
      {"http://192.168.1.5:1/", "203.0.113.7", P::Static, true, ""},
      {"http://192.168.1.5:1/", "10.0.0.7", P::PeerChecked, true, ""},  // the sender is private too: a stranger's
      {"http://10.0.0.8:1/", "10.0.0.7", P::PeerChecked, false, ""},
      {"http://10.0.0.8:1/", "10.0.0.7", P::Peer, false, "http://10.0.0.7:1/"},
      {"http://10.0.0.8:1/", "10.0.0.7", P::From, false, "http://10.0.0.8:1/"},
      {"http://cp1.example:1/", "10.0.0.7", P::PeerChecked, false, ""},
      {"http://cp1.example:1/", "10.0.0.7", P::Peer, false, "http://10.0.0.7:1/"},
      {"http://cp1.example:1/", "10.0.0.7", P::From, false, "http://cp1.example:1/"},
      {"http://203.0.113.9:1/", "203.0.113.7", P::PeerChecked, true, ""},
      // never, whatever the policy
      {"http://169.254.169.254/x", "10.0.0.7", P::PeerChecked, false, ""},
      {"http://169.254.169.254/x", "10.0.0.7", P::From, false, ""},
      {"http://2852039166/x", "10.0.0.7", P::From, false, ""},
      {"http://[::ffff:a9fe:a9fe]/x", "10.0.0.7", P::From, false, ""},
      {"http://[fd00:ec2::254]/x", "10.0.0.7", P::From, false, ""},
      {"http://224.0.0.1/", "10.0.0.7", P::From, false, ""},
      {"http://255.255.255.255/", "10.0.0.7", P::From, false, ""},
      {"http://127.0.0.1:1/", "127.0.0.1", P::PeerChecked, false, ""},
      {"http://localhost:1/", "127.0.0.1", P::From, false, ""},
      {"http://:1/", "169.254.3.4", P::Peer, false, ""},
  };
  for (const auto& row : rows) {
    CallbackRules rules = with(row.policy, row.nat);
    rules.allow = {Cidr::parse("172.20.0.0/16")};
    const auto found = judged(row.announced, row.peer, rules);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(std::string(row.announced) + " from " + row.peer, std::string(row.url), found.url);
    CPPUNIT_ASSERT_MESSAGE(row.announced, row.policy == P::Static || !found.url.empty() || !found.remark.empty());
  }
}

TEST(callbackGuard, "vector 66, WA-5: an address of somebody else is not learned, and the log says why") {
  const auto said = judged("http://169.254.169.254/x", "10.0.0.7");
  CPPUNIT_ASSERT(said.url.empty() && said.remark.find("169.254.169.254") != std::string::npos);
  const auto metadata = judged("http://169.254.169.254/x", "10.0.0.7", with(CallbackPolicy::From));
  CPPUNIT_ASSERT(metadata.remark.find("cloud metadata") != std::string::npos);
  AddressPolicy own;
  own.addOwnUrl("http://10.0.0.1:8080/ocpp");
  CPPUNIT_ASSERT_EQUAL(std::string(),
                       bridge::callbackFrom("http://10.0.0.1:8080/", "10.0.0.7", with(CallbackPolicy::From), own).url);
}

TEST(callbackPort,
     "WA-5: the port of the chargers file replaces the announced one, and is enough where none is announced") {
  CallbackRules rules;
  rules.port = 9000;
  CPPUNIT_ASSERT_EQUAL(std::string("http://10.0.0.7:9000/x"), judged("http://10.0.0.7:8082/x", "10.0.0.7", rules).url);
  CPPUNIT_ASSERT_EQUAL(std::string("http://10.0.0.7:9000/"), judged("http://10.0.0.7:99999/", "10.0.0.7", rules).url);
  CPPUNIT_ASSERT_EQUAL(std::string("http://10.0.0.7:9000/"), judged("anonymous", "10.0.0.7", rules).url);
  CPPUNIT_ASSERT(judged("http://10.0.0.7:9000/x", "10.0.0.7", rules).remark.empty());
  rules.tls = true;
  CPPUNIT_ASSERT_EQUAL(std::string("https://10.0.0.7:9000/"), judged("", "10.0.0.7", rules).url);
}

TEST(callbackDowngrade, "AU-2: a charger whose certificate is known is not called without TLS") {
  CallbackRules rules;
  rules.tls = true;
  CPPUNIT_ASSERT_EQUAL(std::string(), judged("http://10.0.0.7:8082/", "10.0.0.7", rules).url);
  CPPUNIT_ASSERT(judged("http://10.0.0.7:8082/", "10.0.0.7", rules).remark.find("https") != std::string::npos);
  CPPUNIT_ASSERT_EQUAL(std::string("https://10.0.0.7/"), judged("https://10.0.0.7/", "10.0.0.7", rules).url);
}

TEST(callbackReconsidered,
     "WA-5: a learned address that new settings do not permit is given up, before the next call") {
  const AddressPolicy none;
  CallbackRules rules;
  CPPUNIT_ASSERT_EQUAL(std::string(), bridge::callbackObjection("http://10.0.0.7/", rules, none));
  CPPUNIT_ASSERT(!bridge::callbackObjection("http://127.0.0.1/", rules, none).empty());
  rules.tls = true;
  CPPUNIT_ASSERT(!bridge::callbackObjection("http://10.0.0.7/", rules, none).empty());
  CPPUNIT_ASSERT(bridge::callbackObjection("https://10.0.0.7/", rules, none).empty());
  CPPUNIT_ASSERT(!bridge::callbackObjection("https://10.0.0.7/", with(CallbackPolicy::Static), none).empty());
  CallbackBook book(std::chrono::seconds(900));
  book.announced("http://a/", at(0));
  book.worked("http://a/", at(0));
  book.announced("http://b/", at(1));
  book.reconsider(false);
  CPPUNIT_ASSERT(book.url() == "http://a/" && book.waiting().empty());
  book.reconsider(true);
  CPPUNIT_ASSERT(book.url().empty() && book.standing() == CallbackBook::Standing::None);
  book.announced("http://c/", at(2));
  CPPUNIT_ASSERT_EQUAL(std::string("http://c/"), book.url());
  book.fix(std::string("http://d/"), at(3));
  book.reconsider(true);
  CPPUNIT_ASSERT_EQUAL_MESSAGE("the operator's own word", std::string("http://d/"), book.url());
}

TEST(callbackAnnounced, "WA-5: wsa:From counts, and ReplyTo only where From says nothing") {
  const auto announced = bridge::announcedAddress;
  CPPUNIT_ASSERT_EQUAL(std::string("http://a/"), announced(" http://a/ ", "http://b/"));
  CPPUNIT_ASSERT_EQUAL(std::string("http://b/"), announced("", "http://b/"));
  CPPUNIT_ASSERT_EQUAL(std::string("http://b/"), announced("anonymous", "http://b/\n"));
  CPPUNIT_ASSERT_EQUAL(std::string(), announced("", "http://www.w3.org/2005/08/addressing/anonymous"));
}

TEST(bookTurns, "WA-5: an address gives way at once unless it worked lately; then the other waits until it fails") {
  CallbackBook book(std::chrono::seconds(900));
  CPPUNIT_ASSERT_EQUAL(std::string("address is http://a/"), book.announced("http://a/", at(0)));
  CPPUNIT_ASSERT_EQUAL(std::string("http://a/"), book.url());
  CPPUNIT_ASSERT(book.standing() == CallbackBook::Standing::Untried);
  CPPUNIT_ASSERT(book.announced("http://b/", at(1)).find("changed from http://a/ to http://b/") != std::string::npos);
  book.worked("http://b/", at(2));
  CPPUNIT_ASSERT(book.announced("http://evil/", at(3)).find("kept") != std::string::npos);
  CPPUNIT_ASSERT_EQUAL(std::string("http://b/"), book.url());
  CPPUNIT_ASSERT_EQUAL(std::string("http://evil/"), book.waiting());
  CPPUNIT_ASSERT_EQUAL_MESSAGE("told once", std::string(), book.announced("http://evil/", at(4)));
  CPPUNIT_ASSERT_EQUAL(std::string(), book.announced("http://b/", at(5)));
  CPPUNIT_ASSERT_EQUAL_MESSAGE("b is still there", std::string(), book.waiting());
  book.announced("http://c/", at(6));
  CPPUNIT_ASSERT(book.failed("http://b/", "refused", at(7)));
  CPPUNIT_ASSERT_EQUAL(std::string("http://c/"), book.url());
  CPPUNIT_ASSERT(!book.failed("http://c/", "refused", at(8)));
  CPPUNIT_ASSERT(book.standing() == CallbackBook::Standing::Stale);
  book.announced("http://d/", at(9));
  CPPUNIT_ASSERT_EQUAL_MESSAGE("section 7.3: a stale one takes the next", std::string("http://d/"), book.url());
}

TEST(bookTime, "WA-5: 900 s after its last answer an address gives way to what is announced") {
  CallbackBook book(std::chrono::seconds(900));
  book.announced("http://a/", at(0));
  book.worked("http://a/", at(0));
  book.announced("http://b/", at(899));
  CPPUNIT_ASSERT_EQUAL(std::string("http://a/"), book.url());
  book.announced("http://b/", at(900));
  CPPUNIT_ASSERT_EQUAL(std::string("http://b/"), book.url());
}

TEST(bookOperator, "A5: an address of the chargers file never gives way; taken away, it is no address any more") {
  CallbackBook book(std::chrono::seconds(900));
  book.fix(std::string("http://a/"), at(0));
  book.restore("http://old/", at(0));
  CPPUNIT_ASSERT_EQUAL(std::string(), book.announced("http://b/", at(1)));
  CPPUNIT_ASSERT(!book.failed("http://a/", "refused", at(2)));
  CPPUNIT_ASSERT_EQUAL(std::string("http://a/"), book.url());
  CPPUNIT_ASSERT_EQUAL(std::string("refused"), book.lastFailure());
  book.fix(std::nullopt, at(3));
  CPPUNIT_ASSERT_EQUAL(std::string(), book.url());
  book.announced("http://b/", at(4));
  CPPUNIT_ASSERT_EQUAL(std::string("http://b/"), book.url());
}

TEST(bookRestored, "an address of an earlier process is kept as one that worked") {
  CallbackBook book(std::chrono::seconds(900));
  book.restore("http://a/", at(0));
  book.announced("http://evil/", at(1));
  CPPUNIT_ASSERT_EQUAL(std::string("http://a/"), book.url());
  CPPUNIT_ASSERT(book.failed("http://a/", "refused", at(2)));
  CPPUNIT_ASSERT_EQUAL(std::string("http://evil/"), book.url());
  CPPUNIT_ASSERT_MESSAGE("what became of an older address says nothing about this one",
                         book.failed("http://a/", "late", at(3)) && book.url() == "http://evil/");
}

TEST(bookClockSet,
     "B1: setting the clock back or ahead neither keeps a callback address longer nor gives it up sooner") {
  for (const int set : {-86400 * 200, 86400 * 200}) {
    CallbackBook book(std::chrono::seconds(900));
    book.announced("http://a/", at(0));
    book.worked("http://a/", at(1));
    CPPUNIT_ASSERT(book.announced("http://b/", at(800, set)).find("kept") != std::string::npos);
    CPPUNIT_ASSERT_EQUAL(std::string("http://a/"), book.url());
    book.announced("http://c/", at(902, set));
    CPPUNIT_ASSERT_EQUAL(std::string("http://c/"), book.url());
  }
}
