// SPDX-License-Identifier: GPL-2.0-or-later
// Kept before answered: effects wait for the commit they rest on, and a failed commit is never promised away.
#include "bridge/promises.h"

#include <vector>

#include "bridge/memory_store.h"
#include "tests/support/test.h"

using namespace bridge;
using namespace ocpp;

namespace {

/// A Promises on a MemoryStore whose commits the test makes, and the effects that came out.
struct Bench {
  Bench()
      : store([](std::function<void()> task) { task(); }),
        promises(&store, "CP1", [this](session::Effect&& e) { said.push_back(std::move(e)); }) {
    store.hold(true);
  }
  void keepStart() {
    session::TransactionRecord record;
    record.connectorId = 1;
    record.idTag = "TAG";
    promises.take(session::Keep{record});
  }
  void answer(Response response) {
    promises.take(session::AnswerCharger{++exchange, Version::V15, std::move(response)});
  }
  /// The n-th thing said is an answer without fault.
  bool accepted(std::size_t n) const { return bool(std::get<session::AnswerCharger>(said.at(n)).result); }

  MemoryStore store;
  std::vector<session::Effect> said;
  Promises promises;
  session::Exchange exchange = 0;
};

}  // namespace

TEST(
    promiseWaits,
    "5.0, TX-9: an answer is given only after what it rests on is on disk, and whatever comes behind keeps its place") {
  Bench b;
  b.keepStart();
  b.answer(StartTransaction::Response{});
  b.promises.take(session::ToCentral{"id", StatusNotification::Request{}});
  CPPUNIT_ASSERT_EQUAL(std::size_t{0}, b.said.size());
  b.store.commit();
  CPPUNIT_ASSERT_EQUAL(std::size_t{2}, b.said.size());
  CPPUNIT_ASSERT(b.accepted(0));
  CPPUNIT_ASSERT(std::holds_alternative<session::ToCentral>(b.said[1]));
  b.answer(Heartbeat::Response{});
  CPPUNIT_ASSERT_EQUAL(std::size_t{3}, b.said.size());
}

TEST(promiseFails,
     "TX-9: when the disk refuses, the charger gets a Fault, and the record is tried again before the next promise") {
  Bench b;
  b.keepStart();
  b.answer(StartTransaction::Response{});
  b.answer(Heartbeat::Response{});
  b.store.commit("database or disk is full");
  CPPUNIT_ASSERT_EQUAL(std::size_t{2}, b.said.size());
  CPPUNIT_ASSERT(!b.accepted(0));
  CPPUNIT_ASSERT(b.accepted(1));
  CPPUNIT_ASSERT(b.promises.failing());
  b.answer(Heartbeat::Response{});  // promises nothing: not held up by the full disk
  CPPUNIT_ASSERT_EQUAL(std::size_t{3}, b.said.size());
  b.answer(StartTransaction::Response{});  // the repeated request
  CPPUNIT_ASSERT_EQUAL(std::size_t{3}, b.said.size());
  b.store.commit();
  CPPUNIT_ASSERT(b.accepted(3));
  CPPUNIT_ASSERT(!b.promises.failing());
  std::size_t kept = 0;
  b.store.load([&](StoredCharger&& charger) { kept += charger.records.size(); }, [](const std::string&) {});
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, kept);
}

TEST(promiseLanes,
     "TX-1, TX-9: a CALL waits for the back-end's number of a transaction, not for a delivered message to be "
     "forgotten") {
  Bench b;
  session::QueuedRecord delivered;
  b.promises.take(session::Forget{delivered});
  b.promises.take(session::ToCentral{"first", StatusNotification::Request{}});
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, b.said.size());
  b.keepStart();
  b.answer(StartTransaction::Response{});
  b.promises.take(session::ToCentral{"second", StatusNotification::Request{}});
  b.promises.take(session::ToCharger{1, Version::V15, RemoteStopTransaction::Request{}});
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, b.said.size());
  b.store.commit();
  CPPUNIT_ASSERT_EQUAL(std::size_t{4}, b.said.size());
  CPPUNIT_ASSERT(b.accepted(1));  // before the request about what it starts
  session::TransactionRecord closed;
  closed.state = session::TransactionState::Closed;
  b.promises.take(session::Keep{closed});
  b.answer(StopTransaction::Response{});
  b.promises.take(session::ToCentral{"third", StatusNotification::Request{}});
  CPPUNIT_ASSERT_EQUAL(std::size_t{5}, b.said.size());
}

TEST(promiseReading,
     "SM-7, TX-9: the store is asked when what it was given is on disk, and failing is told until it is") {
  Bench b;
  b.keepStart();
  b.promises.take(session::LoadQueued{1, 2, 16});
  CPPUNIT_ASSERT(b.said.empty());
  b.store.commit("database or disk is full");
  CPPUNIT_ASSERT(b.said.size() == 1 && b.promises.failing());
  b.promises.take(session::LoadQueued{1, 2, 16});
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, b.said.size());
  b.store.commit();
  CPPUNIT_ASSERT(b.said.size() == 2 && !b.promises.failing());
}

TEST(promiseWithoutStore, "without a store everything is said at once and nothing is kept") {
  std::vector<session::Effect> said;
  Promises promises(nullptr, "CP1", [&](session::Effect&& e) { said.push_back(std::move(e)); });
  promises.take(session::Keep{session::BootRecord{}});
  promises.take(session::AnswerCharger{1, Version::V15, Response(Heartbeat::Response{})});
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, said.size());
}
