// SPDX-License-Identifier: GPL-2.0-or-later
// The engine of conformance runs, with a peer that answers as it is told.
#include "tests/tools/common/conformance.h"

#include <map>
#include <sstream>

#include "bridge/options.h"
#include "tests/support/test.h"
#include "tests/tools/common/report.h"
#include "tests/tools/common/steps.h"

namespace {

using namespace tool;
using namespace tool::steps;
using Verdict = Result::Verdict;

class FakePeer final : public Peer {
 public:
  std::map<std::string, Message> answers;  ///< By action.
  std::string tag = "TAG1";
  std::vector<std::string> sent;
  std::vector<std::string> rulesSet;

  std::string name() const override { return "fake"; }
  ocpp::Version version() const override { return ocpp::Version::V15; }
  void watch(Observer observer) override { observer_ = std::move(observer); }
  void meet(Met met) override { met(nullptr); }
  std::string lacks(ocpp::Profile profile) const override {
    return profile == ocpp::Profile::Reservation ? "no reservations here" : "";
  }
  void send(const Step& step, const std::string& payload, Replied replied) override {
    sent.push_back(std::string(step.action) + " " + payload);
    Message request;
    request.action = step.action;
    observer_(request);
    Message reply = answers[step.action];
    reply.action = step.action;
    reply.incoming = true;
    observer_(reply);
    replied(request, reply);
  }
  void setRules(const std::string& rules, const std::string&) override { rulesSet.push_back(rules); }
  std::vector<Value> values() const override { return {{"tag", tag, "tag"}, {"free", "", ""}}; }

  /// A request of the peer.
  void say(const char* action, const char* payload) {
    Message message;
    message.incoming = true;
    message.action = action;
    message.payload = Json::parse(payload);
    observer_(message);
  }

 private:
  Observer observer_;
};

Message response(const char* payload) {
  Message out;
  out.kind = Message::Kind::Response;
  out.payload = Json::parse(payload);
  return out;
}

Message fault(const char* text) {
  Message out;
  out.kind = Message::Kind::Fault;
  out.text = text;
  return out;
}

constexpr auto core = ocpp::Profile::Core;

/// Walks through the scenarios to their end.
std::vector<Result> walk(const std::vector<Scenario>& scenarios, FakePeer& peer, const RunOptions& options = {}) {
  bridge::Loop loop;
  std::ostringstream out;
  std::vector<Result> results;
  Conformance conformance(loop, options, {scenarios, ocpp::Role::CentralSystem, "features"}, peer, out,
                          [&](const std::vector<Result>& all) {
                            results = all;
                            loop.stop();
                          });
  loop.run();
  return results;
}

TEST(scenarioPasses, "A scenario passes when every answer fits, with its values filled in") {
  FakePeer peer;
  peer.answers["Authorize"] = response(R"({"idTagInfo":{"status":"Accepted"}})");
  const std::vector<Scenario> table = {
      {"A",
       "",
       everywhere,
       core,
       false,
       {rules("{}"), send("Authorize", R"({"idTag":"${tag}"})", R"({"idTagInfo":{"status":"Accepted"}})", "4.1"),
        send("Authorize", "{}", "{}", "4.1", in16)}}};
  const auto results = walk(table, peer);
  CPPUNIT_ASSERT_EQUAL(std::size_t{2}, results.size());
  CPPUNIT_ASSERT(results[0].verdict == Verdict::Passed && results[1].verdict == Verdict::Passed);
  CPPUNIT_ASSERT_EQUAL(std::string("OSG_CONTRACT_CSMS"), results[1].name);
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, peer.sent.size());  // the other step is not of this version
  CPPUNIT_ASSERT_EQUAL(std::string(R"(Authorize {"idTag":"TAG1"})"), peer.sent[0]);
  CPPUNIT_ASSERT_EQUAL(std::size_t{3}, peer.rulesSet.size());
}

TEST(scenarioFails, "A scenario that fails names what differs, the rule and both messages, and the next one is run") {
  FakePeer peer;
  peer.answers["Authorize"] = response(R"({"idTagInfo":{"status":"Blocked"}})");
  peer.answers["Heartbeat"] = fault("InternalError: no");
  const std::vector<Scenario> table = {
      {"A", "", everywhere, core, false, {send("Authorize", "{}", R"({"idTagInfo":{"status":"Accepted"}})", "4.1")}},
      {"B", "", everywhere, core, false, {send("Heartbeat", "{}", "{}", "4.6")}},
      {"C", "", everywhere, core, false, {raw("Heartbeat", "<x/>", "fault ProtocolError|InternalError", "4.6")}},
      {"D", "", everywhere, core, false, {raw("Authorize", "<x/>", "fault", "4.1")}}};
  const auto results = walk(table, peer);
  CPPUNIT_ASSERT(results[0].verdict == Verdict::Failed);
  CPPUNIT_ASSERT(results[0].reason.find("differs at /idTagInfo/status") != std::string::npos);
  CPPUNIT_ASSERT_EQUAL(std::string("4.1"), results[0].rule);
  CPPUNIT_ASSERT_EQUAL(std::size_t{2}, results[0].messages.size());
  CPPUNIT_ASSERT(results[1].verdict == Verdict::Failed);
  CPPUNIT_ASSERT(results[2].verdict == Verdict::Passed);
  CPPUNIT_ASSERT(results[3].verdict == Verdict::Failed);
}

TEST(scenarioNotApplicable, "What is lacking, not of the version, or without its option is never passed") {
  FakePeer peer;
  peer.tag = "";
  peer.answers["FirmwareStatusNotification"] = peer.answers["Heartbeat"] = fault("NotSupported: no such thing");
  const std::vector<Scenario> table = {
      {"A", "", everywhere, ocpp::Profile::Reservation, false, {}},
      {"B", "", in16, core, false, {}},
      {"C", "", everywhere, core, true, {}},
      {"D", "", everywhere, core, false, {send("Authorize", R"({"idTag":"${tag}"})", "{}", "4.1")}},
      {"E",
       "",
       everywhere,
       ocpp::Profile::FirmwareManagement,
       false,
       {send("FirmwareStatusNotification", "{}", "{}", "4.5")}},
      {"F", "", everywhere, core, false, {send("Heartbeat", "{}", "{}", "4.6")}}};
  const auto results = walk(table, peer);
  const Verdict wanted[] = {Verdict::NotApplicable, Verdict::NotApplicable, Verdict::Skipped,
                            Verdict::Skipped,       Verdict::NotApplicable, Verdict::Failed};
  for (std::size_t i = 0; i < std::size(wanted); ++i)
    CPPUNIT_ASSERT_MESSAGE(results[i].name, results[i].verdict == wanted[i]);
  CPPUNIT_ASSERT(peer.sent[0] != "Authorize {\"idTag\":\"\"}");
}

TEST(operatorCannot, "An operator who says no makes a scenario not applicable; what comes is taken") {
  FakePeer peer;
  RunOptions options;
  options.operatorPresent = true;
  const std::vector<Scenario> table = {
      {"A", "", everywhere, core, true, {ask("send Reset"), await("Reset", R"({"type":"Hard"})", "5.14")}},
      {"B", "", everywhere, core, true, {ask("send Reset"), await("Reset", R"({"type":"Hard"})", "5.14")}}};
  bool first = true;
  bridge::Loop loop;
  std::ostringstream out;
  std::vector<Result> results;
  Conformance conformance(loop, options, {table, ocpp::Role::CentralSystem, "features"}, peer, out,
                          [&](const std::vector<Result>& all) {
                            results = all;
                            loop.stop();
                          });
  loop.post([&] {
    peer.say("Reset", R"({"type":"Soft"})");
    peer.say("Reset", R"({"type":"Hard"})");
  });
  bridge::Timer look(loop);
  const std::function<void()> watchB = [&] {
    if (first && out.str().find("B: ") != std::string::npos) {
      first = false;
      return conformance.hear("no");
    }
    look.start(std::chrono::milliseconds(5), watchB);
  };
  watchB();
  loop.run();
  CPPUNIT_ASSERT(results[0].verdict == Verdict::Passed);
  CPPUNIT_ASSERT(results[1].verdict == Verdict::NotApplicable);
}

TEST(contractRow, "The last row fails for whatever had to be tolerated, and shows each kind once") {
  FakePeer peer;
  peer.answers["Heartbeat"] = response("{}");
  peer.answers["Heartbeat"].notes = {"no wsa:RelatesTo"};
  const std::vector<Scenario> table = {
      {"A", "", everywhere, core, false, {send("Heartbeat", "{}", "{}", "4.6"), send("Heartbeat", "{}", "{}", "4.6")}}};
  const auto results = walk(table, peer);
  CPPUNIT_ASSERT(results[0].verdict == Verdict::Passed);
  CPPUNIT_ASSERT(results[1].verdict == Verdict::Failed);
  CPPUNIT_ASSERT(results[1].reason.find("2 messages") == 0);
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, results[1].messages.size());
  std::ostringstream table2;
  CPPUNIT_ASSERT(!report(results, {}, "subject", ocpp::Role::ChargePoint, table2));
  CPPUNIT_ASSERT(table2.str().find("1 passed, 1 failed") != std::string::npos);
}

TEST(unknownNames, "Names of scenarios and profiles that do not exist are refused") {
  FakePeer peer;
  RunOptions options;
  options.only = {"A"};
  CPPUNIT_ASSERT_THROW(walk({}, peer, options), bridge::BadConfiguration);
  options = {};
  options.profiles = {"core"};
  CPPUNIT_ASSERT_THROW(walk({}, peer, options), bridge::BadConfiguration);
}

}  // namespace
