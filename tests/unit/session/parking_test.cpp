// SPDX-License-Identifier: GPL-2.0-or-later
// Long queues wait in the store (TX-9, SM-10), and transactions that have left memory are still known (SM-7).
#include <algorithm>
#include <map>
#include <random>

#include "session/parked.h"
#include "tests/support/session_harness.h"

using namespace test;

namespace {

std::string timeOf(int number) { return formatDateTime(morning() + seconds(number), Fraction::IfNotZero); }

StartTransaction::Request startAt(int number) { return SessionHarness::start(1, "TAG", timeOf(number).c_str()); }
StopTransaction::Request stopAt(std::int64_t id, int number) {
  return SessionHarness::stop(id, timeOf(number).c_str());
}
MeterValues::Request readingAt(std::int64_t id, int number) {
  const std::string time = timeOf(number);
  auto values = SessionHarness::meterValues(1, {time.c_str()});
  values.transactionId = TransactionId{id};
  return values;
}

/// A whole transaction while the back-end is away; its number for the charger.
std::int64_t sessionAt(SessionHarness& h, int number) {
  const auto id = h.answered<StartTransaction>(h.send(Version::V15, startAt(number))).transactionId.value;
  h.answered<MeterValues>(h.send(Version::V15, readingAt(id, number)));
  h.answered<StopTransaction>(h.send(Version::V15, stopAt(id, number)));
  return id;
}

void reconnect(SessionHarness& h) {
  h.pass(minutes(10));
  if (!h.effects.empty()) h.opens();
}

/// The back-end gets that transaction whole and gives it that number.
void delivered(SessionHarness& h, int number, std::int64_t backendId) {
  CPPUNIT_ASSERT(h.toCentral<StartTransaction>().timestamp == at(timeOf(number).c_str()));
  h.reply(h.started(backendId));
  CPPUNIT_ASSERT(h.toCentral<MeterValues>().transactionId == TransactionId{backendId});
  h.reply(MeterValues::Response{});
  const auto stop = h.toCentral<StopTransaction>();
  CPPUNIT_ASSERT_EQUAL(backendId, stop.transactionId.value);
  CPPUNIT_ASSERT(stop.timestamp == at(timeOf(number).c_str()));
  h.reply(StopTransaction::Response{});
}

std::string rangesOf(const session::ParkedNumbers& parked) {
  std::string all;
  for (std::uint64_t n = 0; n < 30; ++n) all += parked.contains(n) ? std::to_string(n) + " " : "";
  return all;
}

}  // namespace

TEST(parkedNumbers, "parked numbers are joined, split and counted") {
  session::ParkedNumbers parked;
  for (const std::uint64_t n : {7ULL, 5ULL, 6ULL, 9ULL}) parked.add(n, n);
  CPPUNIT_ASSERT_EQUAL(std::string("5 6 7 9 "), rangesOf(parked));
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{4}, parked.count());
  parked.add(6, 12);
  CPPUNIT_ASSERT_EQUAL(std::string("5 6 7 8 9 10 11 12 "), rangesOf(parked));
  parked.remove(7, 8);
  parked.remove(20, 29);
  CPPUNIT_ASSERT_EQUAL(std::string("5 6 9 10 11 12 "), rangesOf(parked));
  CPPUNIT_ASSERT(parked.first() == 5 && parked.last() == 12);
  parked.remove(0, 12);
  CPPUNIT_ASSERT(parked.empty() && parked.count() == 0);
}

TEST(manyParked, "TX-6, TX-9, SM-10: hundreds of transactions of an outage wait in the store and arrive in order") {
  constexpr int many = 200;
  SessionHarness h(durable(session::StartOffline::Provisional));
  h.boot(Version::V15, 36000);
  h.down();
  for (int i = 0; i < many; ++i) sessionAt(h, i);
  CPPUNIT_ASSERT_EQUAL(std::size_t{3 * many}, h.session.overview().waitingForCentral);
  CPPUNIT_ASSERT_EQUAL(std::size_t{0}, h.session.overview().openTransactions);
  reconnect(h);
  for (int i = 0; i < many; ++i) delivered(h, i, 100 + i);
  h.nothing();
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, h.store->status().queued);
}

TEST(parkedOverRestart, "TX-9: what waits in the store is delivered by the next process, behind it what comes new") {
  constexpr int many = 40;
  SessionHarness before(durable(session::StartOffline::Provisional));
  before.boot(Version::V15, 36000);
  before.down();
  for (int i = 0; i < many; ++i) sessionAt(before, i);
  SessionHarness h(durable(session::StartOffline::Provisional), before.store);
  CPPUNIT_ASSERT_EQUAL(std::size_t{3 * many}, h.session.overview().waitingForCentral);
  h.pass(seconds(5));
  h.take<session::OpenCentral>();
  h.down();
  const auto id = sessionAt(h, many);
  CPPUNIT_ASSERT_MESSAGE("TX-2: a number of before", id > 2'000'000'000 + many);
  reconnect(h);
  for (int i = 0; i <= many; ++i) delivered(h, i, 100 + i);
  h.nothing();
}

TEST(newBehindParked, "SM-10: with the back-end there, a new start still waits until the parked ones are delivered") {
  SessionHarness h(durable(session::StartOffline::Provisional));
  h.boot(Version::V15, 36000);
  h.down();
  for (int i = 0; i < 20; ++i) sessionAt(h, i);
  h.storeAnswers = false;
  reconnect(h);
  const auto asked = h.send(Version::V15, startAt(20));
  for (int i = 0; i < 5; ++i) delivered(h, i, 100 + i);
  CPPUNIT_ASSERT(h.toCentral<StartTransaction>().timestamp == at(timeOf(5).c_str()));
  h.reply(h.started(105));
  const auto load = h.take<session::LoadQueued>();
  for (int left = 16; left > 0; --left) {  // what is in memory; one question at a time
    auto call = h.take<session::ToCentral>();
    Response response = MeterValues::Response{};
    if (is<StartTransaction>(call.request)) response = h.started(200 + left);
    if (is<StopTransaction>(call.request)) response = StopTransaction::Response{};
    h.replyTo(call.id, response);
  }
  h.storeFails(true);  // nothing is sent meanwhile
  h.nothing();
  h.pass(seconds(2));
  const auto again = h.take<session::LoadQueued>();
  CPPUNIT_ASSERT(again.first == load.first && again.last == load.last);
  h.storeAnswers = true;
  h.storeSays(again);
  std::size_t starts = 0;
  while (!h.effects.empty() && std::holds_alternative<session::ToCentral>(h.effects.front())) {
    auto call = h.take<session::ToCentral>();
    Response response = MeterValues::Response{};
    if (const auto* start = std::get_if<StartTransaction::Request>(&call.request)) {
      ++starts;
      CPPUNIT_ASSERT((start->timestamp == at(timeOf(20).c_str())) == (h.store->status().queued == 0));
      response = h.started(300 + static_cast<int>(starts));
    }
    if (is<StopTransaction>(call.request)) response = StopTransaction::Response{};
    h.replyTo(call.id, response);
  }
  CPPUNIT_ASSERT(h.answered<StartTransaction>(asked).transactionId.value > 300);
}

TEST(operatorParked, "SM-15, ER-3: the operator can discard and retry a message that waits in the store only") {
  SessionHarness h(durable(session::StartOffline::Provisional));
  h.boot(Version::V15, 36000);
  h.down();
  for (int i = 0; i < 20; ++i) sessionAt(h, i);
  session::QueuedRecord start;  // the 55th of 60
  for (const session::Record& record : h.kept)
    if (const auto* queued = std::get_if<session::QueuedRecord>(&record); queued && queued->number == 55)
      start = *queued;
  CPPUNIT_ASSERT(!h.session.discard(55, "unknown there", h.now));
  CPPUNIT_ASSERT(!h.session.discard(99, "no such", h.now, &start));
  h.store->read("CP", session::FindTransaction{startAt(18), 0, {}}, [&](bridge::ReadResult&& found) {
    for (const session::Record& record : found.records) h.session.restore(record, h.now);
  });
  CPPUNIT_ASSERT(h.session.discard(55, "billed by hand", h.now, &start));
  CPPUNIT_ASSERT(h.session.retryNow(56, h.now));
  h.pass(seconds(5));
  h.opens();
  for (int i = 0; i < 18; ++i) delivered(h, i, 100 + i);
  CPPUNIT_ASSERT(h.toCentral<MeterValues>().transactionId == TransactionId{-1});  // TX-8
  h.reply(MeterValues::Response{});
  CPPUNIT_ASSERT_EQUAL(std::int64_t{-1}, h.toCentral<StopTransaction>().transactionId.value);
  h.reply(StopTransaction::Response{});
  delivered(h, 19, 119);
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, h.store->status().deadLetters);
}

TEST(repeatsOfLongAgo,
     "SM-7 key 2: a start and a stop that are repeated when their transaction has left memory get the first answers") {
  SessionHarness h(durable(session::StartOffline::Provisional));
  h.boot(Version::V15, 36000);
  for (int i = 0; i < 30; ++i) {
    const auto started = h.send(Version::V15, startAt(i));
    h.toCentral<StartTransaction>();
    h.reply(h.started(5'000'000'000 + i));
    const auto id = h.answered<StartTransaction>(started).transactionId.value;
    CPPUNIT_ASSERT_EQUAL(std::int64_t{1'500'000'000} + i, id);  // TX-2
    const auto stopped = h.send(Version::V15, stopAt(id, i));
    h.toCentral<StopTransaction>();
    h.reply(StopTransaction::Response{IdTagInfo{}});
    h.answered<StopTransaction>(stopped);
  }
  const auto check = [](SessionHarness& now) {
    const auto again = now.answered<StartTransaction>(now.send(Version::V15, startAt(3), "other"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t{1'500'000'003}, again.transactionId.value);
    CPPUNIT_ASSERT(now.answered<StopTransaction>(now.send(Version::V15, stopAt(1'500'000'004, 4), "x")).idTagInfo);
    now.nothing();
  };
  check(h);
  SessionHarness next(durable(session::StartOffline::Provisional), h.store);
  next.boot(Version::V15, 36000);
  check(next);
  // A late reading of it is known by the back-end's number.
  next.send(Version::V15, readingAt(1'500'000'005, 5));
  CPPUNIT_ASSERT(next.toCentral<MeterValues>().transactionId == TransactionId{5'000'000'005});
}

TEST(waitsForStore, "SM-7: messages about transactions wait behind a question to the store, others do not") {
  SessionHarness first(durable(session::StartOffline::Provisional));
  first.boot(Version::V15, 36000);
  first.begin(Version::V15, 1, 17);
  SessionHarness h(durable(session::StartOffline::Provisional), first.store);
  h.boot(Version::V15, 36000);
  h.storeAnswers = false;
  const auto unknown = h.send(Version::V15, stopAt(99, 50));
  const auto find = h.take<session::FindTransaction>();
  CPPUNIT_ASSERT(!find.start && find.soapTxId == 99 && find.stop == at(timeOf(50).c_str()).at);
  const auto newer = h.send(Version::V15, startAt(60));
  h.nothing();
  const auto passes = h.send(Version::V15, Authorize::Request{"TAG"});
  h.toCentral<Authorize>();
  h.reply(Authorize::Response{});
  h.answered<Authorize>(passes);
  h.session.chargerLeft(newer, h.now);
  h.storeSays(find);
  CPPUNIT_ASSERT_EQUAL(std::int64_t{99}, h.toCentral<StopTransaction>().transactionId.value);  // TX-10
  h.reply(StopTransaction::Response{});
  h.answered<StopTransaction>(unknown);
  h.toCentral<StartTransaction>();  // SM-13
  h.reply(h.started(18));
  h.nothing();

  const auto refused = h.send(Version::V15, stopAt(98, 70));
  h.take<session::FindTransaction>();
  h.storeFails(false);
  CPPUNIT_ASSERT(h.faulted(refused) == FaultCode::InternalError);
  h.session.drain(h.now);
  const auto late = h.send(Version::V15, stopAt(97, 80));
  h.take<session::FindTransaction>();
  CPPUNIT_ASSERT(h.faulted(late) == FaultCode::InternalError);
}

TEST(sameQueueAsUnbounded,
     "TX-9, SM-10: whatever comes in whatever order, with restarts, the back-end gets what a list in memory would "
     "give") {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    std::mt19937 random(seed);
    const auto pick = [&](unsigned most) { return random() % (most + 1); };
    auto h = std::make_unique<SessionHarness>(durable(session::StartOffline::Provisional));
    h->boot(Version::V15, 36000);
    h->down();
    struct Open {
      std::int64_t id;
      int number;
    };
    std::vector<Open> open;
    std::vector<std::string> model, told;
    std::map<std::int64_t, int> numbers;  // of the back-end
    int number = 0;
    bool up = false;
    const auto dump = [&](const Request& request) {
      const auto which = [&](std::int64_t id) { return numbers.count(id) ? std::to_string(numbers[id]) : "?"; };
      if (const auto* start = std::get_if<StartTransaction::Request>(&request))
        return "start " + formatDateTime(start->timestamp.at, Fraction::IfNotZero);
      if (const auto* values = std::get_if<MeterValues::Request>(&request))
        return "values " + which(values->transactionId->value);
      return "stop " + which(std::get<StopTransaction::Request>(request).transactionId.value);
    };
    const auto answerOne = [&] {
      auto call = h->take<session::ToCentral>();
      Response response = MeterValues::Response{};
      told.push_back(dump(call.request));
      if (is<StopTransaction>(call.request)) response = StopTransaction::Response{};
      if (const auto* start = std::get_if<StartTransaction::Request>(&call.request)) {
        const auto id = static_cast<std::int64_t>(1000 + told.size());
        numbers[id] = static_cast<int>(std::chrono::duration_cast<seconds>(start->timestamp.at - morning()).count());
        response = h->started(id);
      }
      h->replyTo(call.id, response);
    };
    const auto begin = [&] {
      const auto id = h->answered<StartTransaction>(h->send(Version::V15, startAt(++number))).transactionId.value;
      model.push_back("start " + timeOf(number));
      open.push_back({id, number});
    };
    for (int step = 0; step < 600; ++step) {
      const auto what = pick(99);
      if (up && what < 60 && !h->effects.empty()) {
        answerOne();
      } else if (up && what < 63) {
        h->down();
        h->effects.clear();
        up = false;
      } else if (!up && what < 3) {
        h->effects.clear();
        reconnect(*h);
        up = true;
      } else if (what == 63) {
        auto store = h->store;
        h = std::make_unique<SessionHarness>(durable(session::StartOffline::Provisional), store);
        h->send(Version::V15, Heartbeat::Request{});
        h->down();
        h->effects.clear();
        up = false;
      } else if (!up && (what < 75 || open.empty())) {
        begin();
      } else if (!up && !open.empty()) {
        auto& one = open[pick(static_cast<unsigned>(open.size()) - 1)];
        if (what < 88) {
          model.push_back("values " + std::to_string(one.number));
          h->answered<MeterValues>(h->send(Version::V15, readingAt(one.id, number)));
        } else {
          model.push_back("stop " + std::to_string(one.number));
          const auto stop = stopAt(one.id, ++number);
          h->answered<StopTransaction>(h->send(Version::V15, stop));
          if (pick(3) == 0) h->answered<StopTransaction>(h->send(Version::V15, stop, "repeat"));
          one = open.back();
          open.pop_back();
        }
      }
    }
    if (!up) reconnect(*h);
    while (!h->effects.empty()) answerOne();
    // A message on the wire when the connection or the process ended is said again.
    told.erase(std::unique(told.begin(), told.end()), told.end());
    model.erase(std::unique(model.begin(), model.end()), model.end());
    CPPUNIT_ASSERT_EQUAL(model.size(), told.size());
    for (std::size_t i = 0; i < model.size(); ++i) CPPUNIT_ASSERT_EQUAL(model[i], told[i]);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, h->store->status().queued);
  }
}
