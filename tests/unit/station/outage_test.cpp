// SPDX-License-Identifier: GPL-2.0-or-later
// The queue of messages about transactions through outages, refusals, power cuts and damaged records.
#include "tests/support/station_harness.h"
#include "tests/support/test.h"

using namespace test;
using CPStatus = ChargePointStatus;

TEST(stationQueueOffline, "transactions of an outage arrive in order, each with its own id, after power cuts too") {
  StationHarness h(plain(Version::V16, 2));
  h.set("AllowOfflineTxForUnknownId", "true");
  h.central.up = false;
  h.checkTransitions = false;
  h.begin(1, "A");
  h.pass(minutes(3));
  h.begin(2, "B");
  h.pass(minutes(3));
  h.meter(1, 300);
  h.unplug(1);
  h.cutPower();
  h.power();  // ends B
  h.begin(1, "C");
  h.meter(1, 400);
  h.pass(minutes(3));
  h.unplug(1);
  const std::size_t waiting = h.box->view().queued;
  CPPUNIT_ASSERT(waiting >= 3 * 2 + 3);
  h.central.up = true;
  h.pass(minutes(6));
  CPPUNIT_ASSERT_EQUAL(std::size_t(0), h.box->view().queued);
  CPPUNIT_ASSERT_EQUAL(std::size_t(3), h.central.transactions.size());
  std::string tags;
  for (const auto& [id, billed] : h.central.transactions) {
    tags += billed.start.idTag;
    CPPUNIT_ASSERT(billed.stop && billed.stop->timestamp.at >= billed.start.timestamp.at);
    CPPUNIT_ASSERT(!billed.values.empty());
  }
  CPPUNIT_ASSERT_EQUAL(std::string("ABC"), tags);
  std::size_t records = 0;
  h.journal.replay([&](const std::string& key, const std::string&) {
    records += key.find("queue/") == 0 || key.find("transaction/") == 0 || key.find("stopData/") == 0;
  });
  CPPUNIT_ASSERT_EQUAL(std::size_t(0), records);
}

TEST(stationAttempts, "a refused message is tried TransactionMessageAttempts times, each pause longer, then given up") {
  StationHarness h;
  h.set("TransactionMessageAttempts", "3");
  h.set("TransactionMessageRetryInterval", "10");
  h.set("MeterValueSampleInterval", "0");
  h.central.refuse["StartTransaction"] = 99;
  h.clear();
  h.begin();
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), h.sent<StartTransaction>().size());
  h.pass(seconds(10));
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), h.sent<StartTransaction>().size());
  h.pass(seconds(19));
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), h.sent<StartTransaction>().size());
  h.pass(seconds(1));
  CPPUNIT_ASSERT_EQUAL(std::size_t(3), h.sent<StartTransaction>().size());
  h.pass(minutes(10));
  CPPUNIT_ASSERT_EQUAL(std::size_t(3), h.sent<StartTransaction>().size());
  h.unplug(1);
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), h.sent<StopTransaction>().size());
  CPPUNIT_ASSERT_EQUAL(std::int64_t(-1), h.sent<StopTransaction>()[0].transactionId.value);
  CPPUNIT_ASSERT_EQUAL(std::size_t(0), h.box->view().queued);
}

TEST(stationPoison,
     "a message that never gets an answer while others do counts as refused and does not block the rest") {
  StationHarness h;
  h.set("TransactionMessageRetryInterval", "0");
  h.central.ignore["StartTransaction"] = 99;
  h.begin();
  h.pass(minutes(2));
  CPPUNIT_ASSERT(h.box->view().queued > 0);  // a connection that comes and goes costs nothing
  h.pass(hours(1));
  h.unplug(1);
  h.pass(minutes(5));
  CPPUNIT_ASSERT_EQUAL(std::size_t(0), h.box->view().queued);
  h.central.ignore.clear();
  h.begin(1, "NEXT");
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), h.central.transactions.size());
}

TEST(stationOutageLong, "an outage of any length costs no message: silence is not a refusal") {
  StationHarness h;
  h.begin();
  h.central.up = false;
  h.pass(hours(30));
  h.central.up = true;
  h.pass(minutes(6));

  CPPUNIT_ASSERT(h.last().values.size() >= 1000 - 2);
}

TEST(stationFull, "a full queue drops readings, never a start or stop; and takes no transaction it could not report") {
  Settings s = plain();
  s.capacity.queue = 8;
  StationHarness h(s);
  h.set("AllowOfflineTxForUnknownId", "true");
  h.central.up = false;
  h.checkTransitions = false;
  int begun = 0;
  for (int i = 0; i < 10; ++i) {
    h.begin(1, "T");
    begun += h.inTransaction();
    h.pass(minutes(20));
    CPPUNIT_ASSERT(h.box->view().queued <= 8);
    h.unplug(1);
    CPPUNIT_ASSERT(h.box->view().queued <= 8);
  }
  CPPUNIT_ASSERT_EQUAL(4, begun);
  CPPUNIT_ASSERT(h.box->view().droppedReadings > 50);
  h.central.up = true;
  h.pass(minutes(6));
  CPPUNIT_ASSERT_EQUAL(std::size_t(4), h.central.transactions.size());
  for (const auto& [id, billed] : h.central.transactions) CPPUNIT_ASSERT(billed.stop);
  h.begin(1, "T");
  CPPUNIT_ASSERT(h.inTransaction());
}

TEST(stationPowerLoss, "after a power loss the transaction ends with what its meter shows and the last time known") {
  StationHarness h;
  h.set("StopTxnSampledData", "Energy.Active.Import.Register");
  h.meter(1, 100);
  h.begin();
  h.pass(minutes(3));
  h.meter(1, 900);
  h.pass(minutes(1));
  const Instant last = h.wall();
  h.cutPower();
  h.now += hours(2);
  h.registers[1] = 950;
  h.power();
  CPPUNIT_ASSERT(h.last().stop->reason == Reason::PowerLoss);
  CPPUNIT_ASSERT_EQUAL(950, h.last().stop->meterStop);
  CPPUNIT_ASSERT(h.last().stop->timestamp.at <= last && h.last().stop->timestamp.at > last - minutes(2));
  CPPUNIT_ASSERT_EQUAL(std::size_t(1 + 4), h.last().stop->transactionData.size());
  CPPUNIT_ASSERT(h.last().stop->timestamp.at >= h.last().stop->transactionData.back().timestamp.at);
  CPPUNIT_ASSERT(h.status() == CPStatus::Finishing);
}

TEST(stationCutAnywhere, "whichever effect a power cut comes after, what the central system hears of is complete") {
  for (const bool up : {true, false}) {
    int billed = 0;
    for (int cut = 0;; ++cut) {
      StationHarness h;
      h.set("StopTxnSampledData", "Energy.Active.Import.Register");
      h.set("AllowOfflineTxForUnknownId", "true");
      h.central.up = up;
      h.call<TriggerMessage>({MessageTrigger::Heartbeat, {}});
      h.checkTransitions = false;
      h.executed = 0;
      h.cutAt = cut;
      h.meter(1, 100);
      h.begin();
      h.meter(1, 300);
      h.pass(minutes(2));
      h.meter(1, 700);
      h.tag("TAG");
      h.unplug(1);
      h.pass(minutes(1));
      const bool whole = !h.dead;
      h.central.up = true;
      h.plugs[1] = Plug::None;
      const bool known = !h.central.transactions.empty();
      h.power();
      h.pass(minutes(6));
      CPPUNIT_ASSERT(h.central.transactions.size() <= 1 && (!known || h.central.transactions.size() == 1));
      for (const auto& [id, each] : h.central.transactions) {
        CPPUNIT_ASSERT_MESSAGE("cut after " + std::to_string(cut), each.stop.has_value());
        CPPUNIT_ASSERT(each.start.meterStart == 100 && each.stop->meterStop >= 100);
        ++billed;
      }
      CPPUNIT_ASSERT_EQUAL(std::size_t(0), h.box->view().queued);
      if (whole) break;
    }
    CPPUNIT_ASSERT(billed > 20);
  }
}

TEST(stationDamagedRecords, "kept records with damaged bytes are ignored with a note, and the station runs") {
  StationHarness h(plain(Version::V16, 2));
  h.set("AllowOfflineTxForUnknownId", "true");
  h.set("StopTxnSampledData", "Energy.Active.Import.Register");
  h.central.up = false;
  h.begin(1);
  h.pass(minutes(5));
  h.call<ReserveNow>({2, {h.wall() + hours(9), true}, IdToken("R"), {}, 3});
  const MemoryJournal whole = h.journal;
  h.checkTransitions = false;
  std::size_t notes = 0;
  for (unsigned seed = 0; seed < 300; ++seed) {
    h.journal = MemoryJournal();
    unsigned n = seed;
    whole.replay([&](const std::string& key, std::string value) {
      n = n * 1103515245 + 12345;
      if (!value.empty() && n >> 16 & 1) value[(n >> 8) % value.size()] = static_cast<char>(n >> 3);
      if (n >> 20 & 1) value.resize(value.size() / 2);
      h.journal.put(key, value);
    });
    h.clear();
    h.power();
    notes += h.effects<Note>().size();
    h.unplug(2);
    h.begin(2, "NEXT");
    h.pass(minutes(1));
  }
  CPPUNIT_ASSERT(notes > 300);
  h.journal = MemoryJournal();
  h.journal.put("queue/zz", "B");
  h.journal.put("transaction/99", "");
  h.journal.put("availability/-1", "");
  h.journal.put("profile/", "1:1");
  h.journal.put("unheard", "of");
  h.clear();
  h.power();
  CPPUNIT_ASSERT(h.effects<Note>().size() >= 5);
}
