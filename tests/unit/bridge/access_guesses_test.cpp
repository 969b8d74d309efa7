// SPDX-License-Identifier: GPL-2.0-or-later
// Who guesses passwords waits; who shows the right one never does, and a neighbour's guesses are not his (AU-8, C8,
// C9).
#include "bridge/password_hash.h"
#include "tests/unit/bridge/access_fixture.h"

using namespace test;

TEST(accessLimit, "C8, AU-8: who shows a wrong password too often has to wait, who shows the right one never does") {
  const auto access = accessOf(basicOnly, 5);
  const Case wrong{basicOnly, "CP1", "203.0.113.5", "/ocpp", "CP1:x", {}, ""};
  const Case right{basicOnly, "CP1", "203.0.113.5", "/ocpp", "CP1:p1", {}, ""};
  CPPUNIT_ASSERT_EQUAL(5, times(*access, wrong, 50));
  const Asked later = ask(*access, wrong);
  CPPUNIT_ASSERT_EQUAL(std::string("before too-often"), later.outcome);
  const HttpResponse answer = access->answer(*later.refused);
  CPPUNIT_ASSERT_EQUAL(429, answer.status);
  CPPUNIT_ASSERT_EQUAL(std::string("12"), *answer.headers.find("Retry-After"));
  CPPUNIT_ASSERT_EQUAL(std::string("ok"), ask(*access, right).outcome);
  CPPUNIT_ASSERT_EQUAL(std::string("before password"), ask(*access, wrong, start + seconds(12)).outcome);
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{6}, access->count(Refusal::Password));
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{46}, access->count(Refusal::TooOften));
}

TEST(accessGuesses,
     "AU-8: where a charger was never heard its password can be guessed no more often than all day long") {
  const auto access = accessOf(basicOnly, 5);
  const Case wrong{basicOnly, "CP1", "203.0.113.5", "/ocpp", "CP1:x", {}, ""};
  const Case right{basicOnly, "CP1", "203.0.113.5", "/ocpp", "CP1:p1", {}, ""};
  times(*access, wrong, 5 * 24 * 60);
  CPPUNIT_ASSERT_EQUAL(std::string("before too-often"), ask(*access, right).outcome);
  CPPUNIT_ASSERT_EQUAL(std::string("ok"), ask(*access, right, start + seconds(13)).outcome);
  times(*access, wrong, 5 * 24 * 60, start + seconds(13));
  CPPUNIT_ASSERT_EQUAL(std::string("ok"), ask(*access, right, start + seconds(13)).outcome);  // it lives there
  Case elsewhere = right;
  elsewhere.from = "203.0.113.6";
  CPPUNIT_ASSERT_EQUAL(std::string("ok"), ask(*access, elsewhere, start + seconds(13)).outcome);
}

TEST(accessNeighbours,
     "C8, AU-8: nobody who proves who he is is shut out by a neighbour's mistakes at the same address") {
  const char* const site = "203.0.113.5";
  const Case open{mixed, "OPEN", site, "/ocpp", "", {}, ""},
      good{mixed, "BASIC", site, "/ocpp", "BASIC:pass:word", {}, ""};
  const Case bad{mixed, "00:13:F6", site, "/ocpp", "mac:wrong", {}, ""};
  const Case secret{mixed, "SECRET", site, "/ocpp/secret-of-the-charger", "", {}, ""};
  const Case certified{mixed, "CERT", site, "/ocpp", "", {"CERT"}, ""};
  const Case stranger{mixed, "WHO", site, "/ocpp", "", {}, ""};
  {
    const auto access = accessOf(mixed, 5);  // as after a restart: nobody was heard yet
    CPPUNIT_ASSERT_EQUAL(5, times(*access, bad, 20));
    for (const Case* each : {&good, &secret, &certified})
      CPPUNIT_ASSERT_EQUAL(std::string("ok"), ask(*access, *each).outcome);
    Case other = bad;
    other.credentials = "mac:p2";
    CPPUNIT_ASSERT_EQUAL(std::string("ok"), ask(*access, other).outcome);
    other.credentials = "NOBODY:x";
    CPPUNIT_ASSERT_EQUAL(std::string("before too-often"), ask(*access, other).outcome);
  }
  const auto access = accessOf(mixed, 5);
  CPPUNIT_ASSERT_EQUAL(std::string("ok"), ask(*access, open).outcome);
  CPPUNIT_ASSERT_EQUAL(5, times(*access, bad, 20));
  CPPUNIT_ASSERT_EQUAL(std::string("ok"), ask(*access, open).outcome);  // an identity alone counts where it was heard
  CPPUNIT_ASSERT_EQUAL(std::string("after too-often"), ask(*access, stranger).outcome);
}

TEST(accessHashed, "C9: a password that is a hash is computed once, and what was wrong is not computed again") {
  const std::string fleet =
      R"({"CP1": {"soapPasswordHash": ")" + hashOf("p1") + R"("}, "CP2": {"soapPassword": "p2"}})";
  const Fleet hashed{fleet.c_str()};
  const auto access = accessOf(hashed, 5);
  HttpRequest request;
  request.peerAddress = "203.0.113.5";
  request.headers.add("Authorization", basicOf("CP1:p1"));
  const Case right{hashed, "CP1", "203.0.113.5", "/ocpp", "CP1:p1", {}, ""};
  Case wrong = right;
  wrong.credentials = "CP1:x";
  CPPUNIT_ASSERT_EQUAL(std::string("before too-often"), ask(*access, right).outcome);  // not known yet
  const auto question = access->question(request, start);
  CPPUNIT_ASSERT(question && question->identity == "CP1" && question->password == "p1");
  CPPUNIT_ASSERT(hashMatches(question->hash, question->password));
  access->answered(*question, true);
  CPPUNIT_ASSERT(!access->question(request, start));
  CPPUNIT_ASSERT_EQUAL(std::string("ok"), ask(*access, right).outcome);
  CPPUNIT_ASSERT_EQUAL(std::string("after identity-mismatch"),
                       ask(*access, {hashed, "CP2", "203.0.113.5", "/ocpp", "CP1:p1", {}, ""}).outcome);
  HttpRequest guess = request;
  guess.headers = {};
  guess.headers.add("Authorization", basicOf("CP1:x"));
  const auto second = access->question(guess, start);
  CPPUNIT_ASSERT(second && !hashMatches(second->hash, second->password));
  access->answered(*second, false);
  CPPUNIT_ASSERT(!access->question(guess, start));
  CPPUNIT_ASSERT_EQUAL(std::string("before password"), ask(*access, wrong).outcome);
  CPPUNIT_ASSERT_EQUAL(std::string("ok"), ask(*access, right).outcome);
  access->configure(parseChargers(fleet, "test"));  // nothing new
  CPPUNIT_ASSERT_EQUAL(std::string("ok"), ask(*access, right).outcome);
  access->configure(parseChargers(R"({"CP1": {"soapPasswordHash": ")" + hashOf("p9") + R"("}})", "test"));
  CPPUNIT_ASSERT(access->question(request, start).has_value());
}

TEST(accessHashedGuesses, "C9: hashes are not computed for who has to wait, but for others at the same address") {
  const std::string fleet = R"({"CP1": {"soapPasswordHash": ")" + hashOf("p1") +
                            R"("}, "CP2": {"soapPasswordHash": ")" + hashOf("p2") + R"("}})";
  const Fleet hashed{fleet.c_str()};
  const auto access = accessOf(hashed, 5);
  int computed = 0;
  for (int i = 0; i < 50; ++i) {
    HttpRequest guess;
    guess.peerAddress = "203.0.113.5";
    guess.headers.add("Authorization", basicOf("CP1:" + std::to_string(i)));
    const auto question = access->question(guess, start);
    computed += question.has_value();
    if (question) access->answered(*question, false);
    Access::Arrival arrival;
    CPPUNIT_ASSERT(access->arrive(guess, arrival, start).has_value());
  }
  CPPUNIT_ASSERT_EQUAL(5, computed);
  HttpRequest other;
  other.peerAddress = "203.0.113.5";
  other.headers.add("Authorization", basicOf("CP2:p2"));
  CPPUNIT_ASSERT(access->question(other, start).has_value());
}

TEST(accessNobody,
     "AU-5: where the fleet has hashes a user that does not exist costs a hash, too, once for each password, and is "
     "refused like a wrong one") {
  const auto access = accessOf({"{}"});
  const std::string file = R"({"CP1": {"soapPasswordHash": ")" + yescryptOf("right") + R"("}})";
  access->configure(parseChargers(file, "test"));
  HttpRequest request;
  request.peerAddress = "10.0.0.1";
  request.target = "/ocpp";
  request.headers.add("Authorization", basicOf("NOBODY:guess"));
  const auto question = access->question(request, start);
  CPPUNIT_ASSERT(question && question->identity.empty() && !question->hash.empty());
  access->answered(*question, hashMatches(question->hash, question->password));
  CPPUNIT_ASSERT_MESSAGE("remembered, as for one that exists", !access->question(request, start));
  Access::Arrival arrival;
  const auto refused = access->arrive(request, arrival, start);
  CPPUNIT_ASSERT(refused && refused->why == Refusal::Password);
  CPPUNIT_ASSERT_MESSAGE("no hashes, none for nobody", !accessOf(basicOnly)->question(request, start).has_value());
}

TEST(accessStrangers, "C8: of invented names the place of a bounded number is remembered, and known ones stay") {
  const auto access = accessOf({"{}", true});
  HttpRequest request;
  request.target = "/ocpp";
  request.peerAddress = "10.0.0.1";
  Access::Arrival known;
  CPPUNIT_ASSERT(!access->arrive(request, known, start));
  access->heard(known, "KNOWN", false, start);
  request.peerAddress = "10.0.0.2";
  Access::Arrival arrival;
  CPPUNIT_ASSERT(!access->arrive(request, arrival, start));
  for (int i = 0; i < 10'000; ++i) access->heard(arrival, "X" + std::to_string(i), true, start);
  CPPUNIT_ASSERT_EQUAL(Access::mostStrangers + 1, access->places());
  CPPUNIT_ASSERT_MESSAGE("still known", access->heard(arrival, "KNOWN", false, start).has_value());
  access->heard(arrival, "X9999", false, start);  // its boot was accepted
  for (int i = 0; i < 10'000; ++i) access->heard(arrival, "Y" + std::to_string(i), true, start);
  CPPUNIT_ASSERT_EQUAL(Access::mostStrangers + 2, access->places());
}

TEST(accessExcludes, "C2: an address from where nobody may come is known before anything of a body is read") {
  CPPUNIT_ASSERT(!accessOf(mixed)->excludes("192.0.2.1"));
  CPPUNIT_ASSERT(!accessOf(nobody)->excludes("192.0.2.1"));
  const auto access = accessOf(near);
  CPPUNIT_ASSERT(access->excludes("192.0.2.1") && !access->excludes("192.0.2.2") && !access->excludes("10.1.1.1"));
}
