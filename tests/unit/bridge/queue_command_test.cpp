// SPDX-License-Identifier: GPL-2.0-or-later
// The operator's queue command beside a running bridge.
#include "bridge/queue_command.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "bridge/log.h"
#include "bridge/options.h"
#include "bridge/record_text.h"
#include "tests/unit/bridge/store_fixture.h"

using namespace bridge;
using namespace test;

namespace {

session::DeadLetterRecord deadStop(std::uint64_t number, std::int64_t died = 0) {
  return {number, queuedStop(number).request, 3, "InternalError: no such transaction", at(0), at(died), number};
}

/// A bridge with two waiting messages (Q1, Q2) and two dead letters (D1, D2), and a shell beside it.
struct Desk {
  TempDir dir;
  Loop loop;
  std::unique_ptr<SqliteStore> store;
  std::vector<OperatorCommand> commands;
  std::ostringstream out, err;

  Desk() {
    start();
    store->put("CP1", queuedStop(1));
    store->put("CP2", queuedStop(8));
    store->put("CP1", deadStop(5));
    store->put("CP1", deadStop(6));
    outcomeOf(loop, *store, store->put("CP1", startedTx(1, 0)));
  }
  void start() {
    auto options = storeOptions(dir);
    options.lookEvery = std::chrono::milliseconds(5);
    store = std::make_unique<SqliteStore>(loop, options);
    store->onCommand([this](OperatorCommand&& command) { commands.push_back(std::move(command)); });
  }
  int run(std::vector<std::string> words) {
    out.str("");
    err.str("");
    words.insert(words.begin(), {"--data-dir", dir.path()});
    return queueCommand(words, out, err);
  }
  bool said(const std::string& text) const { return out.str().find(text) != std::string::npos; }
  std::int64_t number(const std::string& sql) { return Database(dir.database(), Database::Mode::ReadOnly).number(sql); }
  std::string text(const std::string& sql) { return Database(dir.database(), Database::Mode::ReadOnly).text(sql); }
};

}  // namespace

TEST(queueList, "queue list: waiting messages and open dead letters of all chargers or one, with their state") {
  Desk desk;
  CPPUNIT_ASSERT_EQUAL(0, desk.run({"list"}));
  const std::string all = desk.out.str();
  CPPUNIT_ASSERT_EQUAL(std::ptrdiff_t(6), std::count(all.begin(), all.end(), '\n'));
  CPPUNIT_ASSERT(desk.said("StopTransaction") && desk.said("dead               3  InternalError: no such transaction"));
  CPPUNIT_ASSERT(desk.said("2 queued, 2 dead letters"));
  CPPUNIT_ASSERT_EQUAL(0, desk.run({"list", "--charger=CP2"}));
  CPPUNIT_ASSERT(desk.said("1 queued, 0 dead letters") && !desk.said("CP1"));
}

TEST(queueShow, "queue show: everything about one message, with the transaction it belongs to") {
  Desk desk;
  CPPUNIT_ASSERT_EQUAL(0, desk.run({"show", "D1"}));
  for (const char* part :
       {"CP1", "number:      5", "attempts:    3", "reason:      InternalError", "\"meterStop\": 4711",
        "transaction: 7 (back-end: unknown), connector 1, idTag TAG1", "2023-11-14T22:13:20Z"})
    CPPUNIT_ASSERT_MESSAGE(part + desk.out.str(), desk.said(part));
  CPPUNIT_ASSERT_EQUAL(0, desk.run({"show", "q2"}));
  CPPUNIT_ASSERT(desk.said("CP2") && desk.said("state:       waiting"));
  CPPUNIT_ASSERT_EQUAL(1, desk.run({"show", "77"}));
  CPPUNIT_ASSERT(desk.err.str().find("there is no message 77") != std::string::npos);
}

TEST(queueRetry,
     "queue retry: the running bridge gets the dead letter once; redelivering resolves it and the command") {
  Desk desk;
  CPPUNIT_ASSERT_EQUAL(0, desk.run({"retry", "D1"}));
  CPPUNIT_ASSERT(desk.said("the running bridge does it within a second"));
  waitFor(desk.loop, "the command", [&] { return !desk.commands.empty(); });
  const OperatorCommand command = desk.commands.front();
  CPPUNIT_ASSERT(command.kind == OperatorCommand::Kind::RetryDeadLetter && command.identity == "CP1");
  CPPUNIT_ASSERT_EQUAL(recordText(deadStop(5).request), recordText(command.deadLetter->request));
  CPPUNIT_ASSERT(command.deadLetter->reason == deadStop(5).reason && command.deadLetter->attempts == 3);
  CPPUNIT_ASSERT_EQUAL(0, desk.run({"retry", "1"}));
  CPPUNIT_ASSERT(desk.said("asked already"));
  // What the session does with it: a new place at the end of the queue, in one turn.
  desk.store->put("CP1", session::QueuedRecord{7, command.deadLetter->request, 0, {}, 0, 77});
  outcomeOf(desk.loop, *desk.store, desk.store->erase("CP1", *command.deadLetter));
  CPPUNIT_ASSERT_EQUAL(std::int64_t(0), desk.number("SELECT count(*) FROM command"));
  CPPUNIT_ASSERT_EQUAL(std::string("redelivered"), desk.text("SELECT resolution FROM dead_letter WHERE id = 1"));
  serveFor(desk.loop, 30);
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), desk.commands.size());
  CPPUNIT_ASSERT_EQUAL(1, desk.run({"retry", "D1"}));
  CPPUNIT_ASSERT(desk.err.str().find("redelivered already") != std::string::npos);
  CPPUNIT_ASSERT_EQUAL(std::uint64_t(1), desk.store->status().deadLetters);
}

TEST(queueRetryStopped,
     "queue retry: while the bridge is stopped the command waits for its start; an unfinished one comes again") {
  Desk desk;
  desk.store.reset();
  CPPUNIT_ASSERT_EQUAL(0, desk.run({"retry", "all"}));
  CPPUNIT_ASSERT(desk.said("D1") && desk.said("D2") && desk.said("when it is started"));
  for (int start = 0; start < 2; ++start) {
    desk.start();
    waitFor(desk.loop, "both", [&] { return desk.commands.size() == 2; });
    CPPUNIT_ASSERT(desk.commands[0].deadLetter->number == 5 && desk.commands[1].deadLetter->number == 6);
    desk.store.reset();
    desk.commands.clear();
  }
}

TEST(queueRetrySaidAgain,
     "SM-7: with a dead start comes the transaction that its charger began by the same words, and no other") {
  Desk desk;
  session::DeadLetterRecord dead = deadStop(9);
  ocpp::StartTransaction::Request start;
  start.connectorId = 1;
  start.idTag = "TAG";
  start.timestamp.at = at(100);
  start.meterStart = 5;
  dead.request = start;
  dead.starts = 900;  // nobody was promised that one: there is no transaction of it
  session::TransactionRecord again;
  again.key = 901;
  again.soapTxId = 1001;
  again.backendTxId = 1001;
  again.connectorId = 1;
  again.idTag = "TAG";
  again.start = at(100);
  again.meterStart = 5;
  session::TransactionRecord other = again;
  other.key = 902;
  other.soapTxId = *(other.backendTxId = 1002);
  other.start = at(200);
  desk.store->put("CP1", again);
  desk.store->put("CP1", other);
  outcomeOf(desk.loop, *desk.store, desk.store->put("CP1", dead));
  CPPUNIT_ASSERT_EQUAL(0, desk.run({"retry", "D3"}));
  waitFor(desk.loop, "the command", [&] { return !desk.commands.empty(); });
  const auto& related = desk.commands.front().related;
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, related.size());
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{901}, std::get<session::TransactionRecord>(related.front()).key);
}

TEST(queueDiscard,
     "queue discard: a dead letter stays, resolved with reason and time, and is heard of no more (SM-15)") {
  Desk desk;
  CPPUNIT_ASSERT_THROW(desk.run({"discard", "D1"}), BadConfiguration);
  CPPUNIT_ASSERT_EQUAL(0, desk.run({"discard", "D1", "D2", "--reason", "charged by hand"}));
  CPPUNIT_ASSERT_EQUAL(std::int64_t(2),
                       desk.number("SELECT count(*) FROM dead_letter WHERE resolution = 'discarded' AND "
                                   "remark = 'charged by hand' AND resolved > 1700000000000"));
  CPPUNIT_ASSERT_EQUAL(0, desk.run({"list"}));
  CPPUNIT_ASSERT(desk.said("2 queued, 0 dead letters"));
  CPPUNIT_ASSERT_EQUAL(0, desk.run({"list", "--all"}));
  CPPUNIT_ASSERT(desk.said(" discarded ") && desk.said("InternalError"));
  CPPUNIT_ASSERT_EQUAL(1, desk.run({"discard", "D1", "--reason", "again"}));
}

TEST(queueDiscardQueued,
     "queue discard: a waiting message is given up by the bridge and kept as a discarded dead letter") {
  Desk desk;
  CPPUNIT_ASSERT_EQUAL(0, desk.run({"discard", "Q2", "--reason", "test charger"}));
  CPPUNIT_ASSERT(desk.number("SELECT count(*) FROM queued") == 2);
  waitFor(desk.loop, "the command", [&] { return !desk.commands.empty(); });
  const OperatorCommand command = desk.commands.front();
  CPPUNIT_ASSERT(command.kind == OperatorCommand::Kind::DiscardQueued && command.identity == "CP2");
  CPPUNIT_ASSERT(command.number == 8 && command.reason == "test charger");
  CPPUNIT_ASSERT(command.queued && command.queued->number == 8 && command.related.empty());
  session::DeadLetterRecord dead = deadStop(8);
  dead.created = dead.died = wallClock() + std::chrono::minutes(1);
  dead.reason = command.reason;
  desk.store->put("CP2", dead);
  desk.store->erase("CP2", queuedStop(8));
  outcomeOf(desk.loop, *desk.store, desk.store->commandDone(command.id));
  CPPUNIT_ASSERT_EQUAL(std::string("discarded"), desk.text("SELECT resolution FROM dead_letter WHERE number = 8"));
  CPPUNIT_ASSERT_EQUAL(std::int64_t(1), desk.number("SELECT created < died FROM dead_letter WHERE number = 8"));
  CPPUNIT_ASSERT_EQUAL(std::string("test charger"), desk.text("SELECT remark FROM dead_letter WHERE number = 8"));
  CPPUNIT_ASSERT_EQUAL(std::int64_t(0), desk.number("SELECT count(*) FROM command"));
}

TEST(queueRetryQueued, "queue retry: a waiting message may be asked not to wait any longer") {
  Desk desk;
  CPPUNIT_ASSERT_EQUAL(0, desk.run({"retry", "Q1"}));
  waitFor(desk.loop, "the command", [&] { return !desk.commands.empty(); });
  CPPUNIT_ASSERT(desk.commands[0].kind == OperatorCommand::Kind::RetryQueued && desk.commands[0].number == 1);
  outcomeOf(desk.loop, *desk.store, desk.store->commandDone(desk.commands[0].id));
  CPPUNIT_ASSERT_EQUAL(std::int64_t(0), desk.number("SELECT count(*) FROM command"));
}

TEST(queueExport, "queue export: every message ever given up and all waiting ones as JSON lines") {
  Desk desk;
  desk.run({"discard", "D2", "--reason", "x"});
  CPPUNIT_ASSERT_EQUAL(0, desk.run({"export"}));
  std::istringstream lines(desk.out.str());
  std::vector<nlohmann::json> all;
  for (std::string line; std::getline(lines, line);) all.push_back(nlohmann::json::parse(line));
  CPPUNIT_ASSERT_EQUAL(std::size_t(4), all.size());
  for (const auto& one : all) {
    CPPUNIT_ASSERT(one["payload"]["meterStop"] == 4711 && one["action"] == "StopTransaction");
    if (one["id"] == "D2") CPPUNIT_ASSERT(one["state"] == "discarded" && one["remark"] == "x" && one["number"] == 6);
  }
}

TEST(queueUsage, "queue: wrong usage and unusable directories are refused") {
  Desk desk;
  for (const std::vector<std::string>& words : {std::vector<std::string>{},
                                                {"lst"},
                                                {"list", "--bogus"},
                                                {"show"},
                                                {"show", "X1"},
                                                {"retry"},
                                                {"list", "--charger"}})
    CPPUNIT_ASSERT_THROW(desk.run(words), BadConfiguration);
  CPPUNIT_ASSERT_THROW(queueCommand({"list"}, desk.out, desk.err), BadConfiguration);
  CPPUNIT_ASSERT_THROW(queueCommand({"--data-dir", desk.dir.path() + "/none", "list"}, desk.out, desk.err),
                       BadConfiguration);
  CPPUNIT_ASSERT(!std::filesystem::exists(desk.dir.path() + "/none"));
  CPPUNIT_ASSERT_EQUAL(0, queueCommand({"--help"}, desk.out, desk.err));
}
