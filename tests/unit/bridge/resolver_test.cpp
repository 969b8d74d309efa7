// SPDX-License-Identifier: GPL-2.0-or-later
// Names: what c-ares makes of the system's settings and of name servers with their moods (C5).
#include <cstdlib>

#include "tests/unit/bridge/names_fixture.h"

using bridge::Loop;
using bridge::Resolved;
using bridge::Resolver;
using test::NameServer;
using test::Stopwatch;
using test::waitFor;

namespace {

/// One question and what came.
struct Question {
  Question(Loop& loop, const std::string& host, std::uint16_t port = 4711)
      : id(loop.resolver().resolve(host, port, [this](Resolved&& result) {
          ++answers;
          answer = std::move(result);
        })) {}
  Question(const Question&) = delete;
  Question& operator=(const Question&) = delete;
  std::string hosts() const {
    std::string out;
    for (const auto& each : answer.addresses) out += (out.empty() ? "" : " ") + each.host();
    return out;
  }
  int answers = 0;
  Resolved answer;
  std::uint64_t id;
};

void expectAnswer(Loop& loop, Question& question) {
  waitFor(loop, "the answer", [&] { return question.answers > 0; });
  CPPUNIT_ASSERT_EQUAL(1, question.answers);
}

}  // namespace

TEST(resolverNames, "names and literals are answered later on the loop, with the port, each question once") {
  Loop loop;
  NameServer server(loop);
  server.names["two.test"].addresses = {"192.0.2.1", "2001:db8::1", "192.0.2.2"};
  Question four(loop, "127.0.0.1"), six(loop, "::1"), file(loop, "localhost"), two(loop, "two.test");
  CPPUNIT_ASSERT_EQUAL(0, four.answers + six.answers + file.answers + two.answers);
  for (Question* each : {&four, &six, &file, &two}) {
    expectAnswer(loop, *each);
    CPPUNIT_ASSERT_MESSAGE(each->answer.error, !each->answer.addresses.empty());
    for (const auto& address : each->answer.addresses) CPPUNIT_ASSERT_EQUAL(std::uint16_t(4711), address.port());
  }
  CPPUNIT_ASSERT_EQUAL(std::size_t(3), two.answer.addresses.size());
  CPPUNIT_ASSERT(file.hosts().find("127.0.0.1") != std::string::npos);
  for (const auto& each : server.questions) CPPUNIT_ASSERT_EQUAL(std::string("two.test"), each.substr(0, 8));
}

TEST(resolverNoSuchName, "a name that does not exist is said to be so") {
  Loop loop;
  NameServer server(loop);
  server.names["empty.test"] = {};
  Question none(loop, "none.test"), empty(loop, "empty.test"), bad(loop, std::string(300, 'x') + ".test");
  for (Question* each : {&none, &empty, &bad}) {
    expectAnswer(loop, *each);
    CPPUNIT_ASSERT(each->answer.addresses.empty());
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), each->answer.error.find("cannot resolve "));
  }
  CPPUNIT_ASSERT_MESSAGE(none.answer.error, none.answer.error.find("not found") != std::string::npos);
}

TEST(resolverUnresolvable, "C5: a name that nobody answers for delays no other, and has its time") {
  Loop loop;
  NameServer server(loop);
  auto options = server.options();
  options.total = std::chrono::milliseconds(600);
  loop.resolver().setOptions(options);
  server.names["silent.test"].silent = true;
  server.names["quick.test"].addresses = {"192.0.2.1"};
  const Stopwatch watch;
  Question silent(loop, "silent.test"), quick(loop, "quick.test");
  expectAnswer(loop, quick);
  CPPUNIT_ASSERT_EQUAL(0, silent.answers);
  CPPUNIT_ASSERT(watch.ms() < 500);
  expectAnswer(loop, silent);
  CPPUNIT_ASSERT_EQUAL(std::string("cannot resolve silent.test: no answer from the name servers in time"),
                       silent.answer.error);
  CPPUNIT_ASSERT_EQUAL(std::size_t(0), loop.resolver().asking());
}

TEST(resolverOneFamily, "C5: IPv4 addresses are enough when nobody answers for IPv6") {
  Loop loop;
  NameServer server(loop);
  auto options = server.options();
  options.otherFamily = std::chrono::milliseconds(100);
  loop.resolver().setOptions(options);
  server.names["half.test"].addresses = {"192.0.2.1", "2001:db8::1"};
  server.names["half.test"].silentIpv6 = true;
  const Stopwatch watch;
  Question half(loop, "half.test");
  expectAnswer(loop, half);
  CPPUNIT_ASSERT_EQUAL(std::string("192.0.2.1"), half.hosts());
  CPPUNIT_ASSERT(watch.ms() < 1500);
}

TEST(resolverShared, "questions for one name share a look-up; one that nobody waits for any more is ended") {
  Loop loop;
  NameServer server(loop);
  server.names["shared.test"].addresses = {"192.0.2.1"};
  server.names["silent.test"].silent = true;
  Question one(loop, "shared.test", 1), two(loop, "shared.test", 2), cancelled(loop, "shared.test", 3);
  Question silent(loop, "silent.test");
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), loop.resolver().asking());
  loop.resolver().cancel(cancelled.id);
  loop.resolver().cancel(silent.id);
  loop.resolver().cancel(silent.id);
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), loop.resolver().asking());
  expectAnswer(loop, one);
  expectAnswer(loop, two);
  CPPUNIT_ASSERT_EQUAL(std::uint16_t(2), two.answer.addresses.at(0).port());
  CPPUNIT_ASSERT_EQUAL(0, cancelled.answers + silent.answers);
  int asked = 0;
  for (const auto& each : server.questions) asked += each == "shared.test A" ? 1 : 0;
  CPPUNIT_ASSERT_EQUAL(1, asked);
}

TEST(resolverBound, "C5: when too many names have no answer the oldest gives way, never the new one") {
  Loop loop;
  NameServer server(loop);
  auto options = server.options();
  options.most = 2;
  loop.resolver().setOptions(options);
  for (const char* name : {"a.test", "b.test"}) server.names[name].silent = true;
  server.names["c.test"].addresses = {"192.0.2.1"};
  Question a(loop, "a.test"), b(loop, "b.test"), c(loop, "c.test");
  CPPUNIT_ASSERT_EQUAL(0, a.answers);
  expectAnswer(loop, a);
  CPPUNIT_ASSERT_MESSAGE(a.answer.error, a.answer.error.find("too many names") != std::string::npos);
  expectAnswer(loop, c);
  CPPUNIT_ASSERT_EQUAL(std::string("192.0.2.1"), c.hosts());
  CPPUNIT_ASSERT_EQUAL(0, b.answers);
  loop.resolver().resolve("b.test", 1, [](Resolved&&) { CPPUNIT_FAIL("the loop is gone"); });
  loop.resolver().cancel(b.id);
}

TEST(resolverSearch, "a short name is completed by the search domain of the system") {
  ::setenv("LOCALDOMAIN", "site.test", 1);
  Loop loop;
  NameServer server(loop);
  server.names["cp1.site.test"].addresses = {"192.0.2.7"};
  Question question(loop, "cp1");
  expectAnswer(loop, question);
  ::unsetenv("LOCALDOMAIN");
  CPPUNIT_ASSERT_MESSAGE(question.answer.error, question.hosts() == "192.0.2.7");
}

TEST(resolverRepeats, "a lost packet is asked for again") {
  Loop loop;
  NameServer server(loop);
  auto options = server.options();
  options.firstTry = std::chrono::milliseconds(60);
  loop.resolver().setOptions(options);
  server.names["lost.test"].addresses = {"192.0.2.7"};
  server.names["lost.test"].silent = true;
  Question question(loop, "lost.test");
  waitFor(loop, "the first questions", [&] { return server.questions.size() >= 2; });
  server.names["lost.test"].silent = false;
  expectAnswer(loop, question);
  CPPUNIT_ASSERT_EQUAL(std::string("192.0.2.7"), question.hosts());
}

TEST(resolverFromAnswers, "an answer may ask again, cancel others, and end with the loop") {
  Loop loop;
  NameServer server(loop);
  for (const char* name : {"a.test", "b.test"}) server.names[name].addresses = {"192.0.2.1"};
  Resolver& resolver = loop.resolver();
  int second = 0;
  std::uint64_t other = 0;
  resolver.resolve("a.test", 1, [&](Resolved&&) {
    resolver.cancel(other);
    resolver.resolve("a.test", 2, [&](Resolved&& result) { second = result.addresses.at(0).port(); });
  });
  other = resolver.resolve("a.test", 3, [](Resolved&&) { CPPUNIT_FAIL("cancelled"); });
  waitFor(loop, "the second answer", [&] { return second == 2; });
  resolver.resolve("localhost", 1, [](Resolved&&) { CPPUNIT_FAIL("the loop is gone"); });
  resolver.resolve("b.test", 1, [](Resolved&&) { CPPUNIT_FAIL("the loop is gone"); });
}
