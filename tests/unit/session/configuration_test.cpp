// SPDX-License-Identifier: GPL-2.0-or-later
// GetConfiguration and ChangeConfiguration (CK-1..CK-6).
#include <algorithm>

#include "session/config_keys.h"
#include "tests/support/session_harness.h"

using namespace test;

namespace {

GetConfiguration::Request keys(std::initializer_list<const char*> names) {
  GetConfiguration::Request request;
  for (const char* name : names) request.key.push_back(name);
  return request;
}
ChangeConfiguration::Request change(const char* key, const char* value) { return {key, value}; }

const KeyValue* entry(const GetConfiguration::Response& response, std::string_view key) {
  for (const auto& each : response.configurationKey)
    if (each.key == key) return &each;
  return nullptr;
}
std::string value(const GetConfiguration::Response& response, std::string_view key) {
  const KeyValue* found = entry(response, key);
  return found && found->value ? *found->value : "absent";
}

}  // namespace

TEST(vector49,
     "vector 49: HeartbeatInterval is HeartBeatInterval for 1.5, and Accepted changes the liveness (CK-1, SM-6)") {
  SessionHarness h;
  h.boot(Version::V15, 300);
  h.call(change("HeartbeatInterval", "1200"));
  const auto asked = h.toCharger<ChangeConfiguration>();
  CPPUNIT_ASSERT(asked.key == "HeartBeatInterval" && asked.value == "1200");
  h.respond(ChangeConfiguration::Response{ConfigurationStatus::Accepted});
  CPPUNIT_ASSERT(h.result<ChangeConfiguration>().status == ConfigurationStatus::Accepted);
  CPPUNIT_ASSERT(h.session.deadline() == h.now + seconds(30));  // the status round
  h.pass(seconds(3659));
  h.statusFilled();
  h.pass(seconds(1));
  h.take<session::CloseCentral>();
}

TEST(otherSpelling,
     "CK-1: a charger that does not know HeartBeatInterval is asked for HeartbeatInterval, and remembered") {
  SessionHarness h;
  h.boot(Version::V15);
  h.call(change("heartbeatinterval", "120"));
  CPPUNIT_ASSERT(h.toCharger<ChangeConfiguration>().key == "HeartBeatInterval");
  h.respond(ChangeConfiguration::Response{ConfigurationStatus::NotSupported});
  CPPUNIT_ASSERT(h.toCharger<ChangeConfiguration>().key == "HeartbeatInterval");
  h.respond(ChangeConfiguration::Response{ConfigurationStatus::Accepted});
  CPPUNIT_ASSERT(h.result<ChangeConfiguration>().status == ConfigurationStatus::Accepted);
  h.call(change("HeartbeatInterval", "130"));
  CPPUNIT_ASSERT(h.toCharger<ChangeConfiguration>().key == "HeartbeatInterval");
}

TEST(otherKeys, "CK-2: a key that means nothing to the bridge passes in its own spelling, and so does its value") {
  SessionHarness h;
  h.boot(Version::V15);
  h.call(change("Vendor.KEY-1", " two  words "));
  const auto asked = h.toCharger<ChangeConfiguration>();
  CPPUNIT_ASSERT(std::string(asked.key) == "Vendor.KEY-1" && asked.value == " two  words ");
  h.respond(ChangeConfiguration::Response{ConfigurationStatus::RebootRequired});
  CPPUNIT_ASSERT(h.result<ChangeConfiguration>().status == ConfigurationStatus::RebootRequired);
  h.call(keys({"Vendor.KEY-1"}));
  CPPUNIT_ASSERT(std::string(h.toCharger<GetConfiguration>().key.at(0)) == "Vendor.KEY-1");
  GetConfiguration::Response told;
  told.configurationKey.push_back({"Vendor.KEY-1", true, Opaque<500>(" two  words ")});
  h.respond(told);
  CPPUNIT_ASSERT_EQUAL(std::string(" two  words "), value(h.result<GetConfiguration>(), "Vendor.KEY-1"));
}

TEST(ownHeartbeat, "CK-4: a heartbeat interval that the charger does not know at all is kept for its next boot") {
  SessionHarness h;
  h.boot(Version::V15);
  h.call(change("HeartbeatInterval", "120"));
  for (int i = 0; i < 2; ++i) {
    h.toCharger<ChangeConfiguration>();
    h.fail(session::ChargerFailure::Faulted, FaultCode::NotSupported);
  }
  CPPUNIT_ASSERT(h.result<ChangeConfiguration>().status == ConfigurationStatus::Accepted);
  const auto exchange = h.send(Version::V15, h.bootRequest());
  h.toCentral<BootNotification>();
  h.acceptBoot();
  CPPUNIT_ASSERT_EQUAL(120, h.answered<BootNotification>(exchange).interval);
}

TEST(vector50,
     "vector 50: SupportedFeatureProfiles of a 1.5 charger is answered here, without asking it (CK-3, CK-4)") {
  SessionHarness h;
  h.boot(Version::V15);
  h.call(keys({"SupportedFeatureProfiles"}));
  const auto told = h.result<GetConfiguration>();
  CPPUNIT_ASSERT_EQUAL(std::string("Core,FirmwareManagement,LocalAuthListManagement,Reservation,RemoteTrigger"),
                       value(told, "SupportedFeatureProfiles"));
  CPPUNIT_ASSERT(told.configurationKey[0].readonly && told.unknownKey.empty());
  h.nothing();
}

TEST(vector51,
     "vector 51: all keys of a 1.5 charger: its own, renamed, and the bridge's; never AuthorizationKey (CK-3)") {
  SessionHarness h;
  h.boot(Version::V15);
  h.call(keys({}));
  CPPUNIT_ASSERT(h.toCharger<GetConfiguration>().key.empty());
  GetConfiguration::Response all;
  all.configurationKey.push_back({"HeartBeatInterval", false, Opaque<500>("240")});
  all.configurationKey.push_back({"Vendor.Key", true, Opaque<500>("")});
  all.configurationKey.push_back({"WebSocketPingInterval", false, Opaque<500>("1")});
  h.respond(all);
  const auto told = h.result<GetConfiguration>();
  CPPUNIT_ASSERT_EQUAL(std::string("240"), value(told, "HeartbeatInterval"));
  CPPUNIT_ASSERT_EQUAL(std::string(""), value(told, "Vendor.Key"));
  CPPUNIT_ASSERT_EQUAL(std::string("45"), value(told, "WebSocketPingInterval"));  // owned wins
  CPPUNIT_ASSERT(entry(told, "SupportedFeatureProfiles") && !entry(told, "HeartBeatInterval"));
  CPPUNIT_ASSERT(!entry(told, "AuthorizationKey") && !entry(told, "CpoName"));
}

TEST(vector52, "vector 52: a 1.2 charger is not asked: own and learned values, the rest unknown (CK-6, EM-7)") {
  SessionHarness h;
  h.boot(Version::V12, 240);
  h.call(keys({"Foo", "HeartbeatInterval"}));
  auto told = h.result<GetConfiguration>();
  CPPUNIT_ASSERT_EQUAL(std::string("240"), value(told, "HeartbeatInterval"));
  CPPUNIT_ASSERT(told.unknownKey.size() == 1 && told.unknownKey[0] == "Foo");
  h.call(change("Foo", "bar"));
  h.toCharger<ChangeConfiguration>();
  h.respond(ChangeConfiguration::Response{ConfigurationStatus::Accepted});
  h.result<ChangeConfiguration>();
  h.call(keys({"foo"}));
  told = h.result<GetConfiguration>();
  CPPUNIT_ASSERT_EQUAL(std::string("bar"), value(told, "foo"));  // in the asker's spelling (L-16)
  h.call(keys({}));
  CPPUNIT_ASSERT_EQUAL(std::string("bar"), value(h.result<GetConfiguration>(), "Foo"));
  auto updated = h.bootRequest();
  updated.firmwareVersion = Text<50>("2.0");
  h.send(Version::V12, updated);
  h.effects.clear();
  h.call(keys({"Foo"}));
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, h.result<GetConfiguration>().unknownKey.size());
}

TEST(splitKeys,
     "CK-3: own keys are not asked, the charger's limit splits the rest, the answers are merged and spelled as asked") {
  SessionHarness h;
  h.boot(Version::V15);
  h.call(keys({"GetConfigurationMaxKeys", "A"}));
  CPPUNIT_ASSERT(h.toCharger<GetConfiguration>().key.size() == 1);
  GetConfiguration::Response limit;
  limit.configurationKey.push_back({"GetConfigurationMaxKeys", true, Opaque<500>("2")});
  h.respond(limit);
  h.result<GetConfiguration>();
  h.call(keys({"heartbeatINTERVAL", "A", "SecurityProfile", "B", "a"}));
  auto part = h.toCharger<GetConfiguration>();
  CPPUNIT_ASSERT(part.key.size() == 2 && part.key[0] == "HeartBeatInterval" && part.key[1] == "A");
  GetConfiguration::Response first;
  first.configurationKey.push_back({"HeartBeatInterval", false, Opaque<500>("60")});
  first.unknownKey.push_back("A");
  h.respond(first);
  part = h.toCharger<GetConfiguration>();
  CPPUNIT_ASSERT(part.key[0] == "B");
  GetConfiguration::Response second;
  second.configurationKey.push_back({"B", false, Opaque<500>("b")});
  h.respond(second);
  while (!h.effects.empty() && std::holds_alternative<session::ToCharger>(h.effects.front())) {
    h.toCharger<GetConfiguration>();
    h.respond(GetConfiguration::Response{});
  }
  const auto told = h.result<GetConfiguration>();
  CPPUNIT_ASSERT_EQUAL(std::string("60"), value(told, "heartbeatINTERVAL"));
  CPPUNIT_ASSERT_EQUAL(std::string("b"), value(told, "B"));
  CPPUNIT_ASSERT_EQUAL(std::string("0"), value(told, "SecurityProfile"));
  CPPUNIT_ASSERT(told.unknownKey.size() == 1 && told.unknownKey[0] == "A");
}

TEST(vector53,
     "vector 53: AuthorizationKey is the bridge's: kept, Accepted, then a new connection with the bytes (CK-4, A6)") {
  SessionHarness h(durable());
  h.boot(Version::V15);
  h.call(change("AuthorizationKey", "000102030405060708090a0b0c0d0e0f10111213"));
  const std::string bytes = h.take<session::NewPassword>().bytes;
  CPPUNIT_ASSERT(h.result<ChangeConfiguration>().status == ConfigurationStatus::Accepted);
  CPPUNIT_ASSERT(bytes.size() == 20 && bytes[1] == 1 && bytes[19] == 0x13);
  h.take<session::CloseCentral>();
  h.opens();
  h.nothing();  // no boot (SM-3)
  for (const auto& note : h.notes) CPPUNIT_ASSERT(note.find("0001020304") == std::string::npos);
  h.call(change("AuthorizationKey", "not hex"));
  CPPUNIT_ASSERT(h.result<ChangeConfiguration>().status == ConfigurationStatus::Rejected);
  h.call(keys({"AuthorizationKey"}));
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, h.result<GetConfiguration>().unknownKey.size());
  SessionHarness forgetful;  // a restart would lock the charger out
  forgetful.boot(Version::V15);
  forgetful.call(change("AuthorizationKey", "000102030405060708090a0b0c0d0e0f10111213"));
  CPPUNIT_ASSERT(forgetful.result<ChangeConfiguration>().status == ConfigurationStatus::Rejected);
  forgetful.nothing();
}

TEST(vector54, "vector 54: a measurand that 1.5 has not is Rejected without asking; phases are stripped (CK-5)") {
  SessionHarness h;
  h.boot(Version::V15);
  h.call(change("MeterValuesSampledData", "SoC"));
  CPPUNIT_ASSERT(h.result<ChangeConfiguration>().status == ConfigurationStatus::Rejected);
  h.call(change("MeterValuesSampledData", "Current.Import.L1, Current.Import.L2,Voltage.L1-N"));
  CPPUNIT_ASSERT(h.toCharger<ChangeConfiguration>().value == "Current.Import,Voltage");
  h.respond(ChangeConfiguration::Response{});
  h.result<ChangeConfiguration>();
  h.call(change("StopTxnSampledData", ""));
  CPPUNIT_ASSERT(h.toCharger<ChangeConfiguration>().value.empty());
}

TEST(ownedKeys, "CK-4: keys of the bridge are written here or not at all") {
  SessionHarness h;
  h.boot(Version::V16);
  const auto status = [&](const char* key, const char* text) {
    h.call(change(key, text));
    return h.result<ChangeConfiguration>().status;
  };
  CPPUNIT_ASSERT(status("SecurityProfile", "2") == ConfigurationStatus::Rejected);
  CPPUNIT_ASSERT(status("CpoName", "x") == ConfigurationStatus::NotSupported);
  CPPUNIT_ASSERT(status("WebSocketPingInterval", "-1") == ConfigurationStatus::Rejected);
  h.call(change("websocketpinginterval", "30"));
  CPPUNIT_ASSERT_EQUAL(30, h.take<session::SetPingInterval>().seconds);
  CPPUNIT_ASSERT(h.result<ChangeConfiguration>().status == ConfigurationStatus::Accepted);
  h.call(keys({"WebSocketPingInterval"}));
  CPPUNIT_ASSERT_EQUAL(std::string("30"), value(h.result<GetConfiguration>(), "WebSocketPingInterval"));
  h.call(change("HeartbeatInterval", "60"));
  CPPUNIT_ASSERT(h.toCharger<ChangeConfiguration>().key == "HeartbeatInterval");  // 1.6-S knows it
}

TEST(identityKey, "CK-1: ChargePointId would change the charger's identity: Rejected unless allowed") {
  for (const bool allowed : {false, true}) {
    session::Settings settings;
    settings.allowIdentityChange = allowed;
    SessionHarness h(settings);
    h.boot(Version::V15);
    h.call(change("ChargePointId", "other"));
    if (allowed)
      h.toCharger<ChangeConfiguration>();
    else
      CPPUNIT_ASSERT(h.result<ChangeConfiguration>().status == ConfigurationStatus::Rejected);
  }
}

TEST(keyNames, "CK-1, L-16: keys are compared without case across the versions' spellings") {
  CPPUNIT_ASSERT(session::keyFor(Version::V12, "heartbeatinterval") == "HeartBeatInterval");
  CPPUNIT_ASSERT(session::keyFor(Version::V16, "HeartBeatInterval") == "HeartbeatInterval");
  CPPUNIT_ASSERT(session::keyFor(Version::V15, "Vendor") == "Vendor");
  CPPUNIT_ASSERT(session::sameKey("HEARTBEATINTERVAL", "HeartBeatInterval"));
  CPPUNIT_ASSERT(!session::sameKey("ResetRetries", "BlinkRepeat"));
}

TEST(manyKeysAsked, "C1: a CALL that names more than 1,000 keys is refused, one with 1,000 is asked and answered") {
  SessionHarness h;
  h.boot(Version::V16);
  GetConfiguration::Request many;
  for (int i = 0; i < 1001; ++i) many.key.push_back(Key<50>("Key" + std::to_string(i)));
  h.call(many);
  CPPUNIT_ASSERT(h.callError() == FaultCode::PropertyConstraintViolation);
  many.key.pop_back();
  h.call(many, "call-2");
  CPPUNIT_ASSERT_EQUAL(std::size_t(1000), h.toCharger<GetConfiguration>().key.size());
  h.respond(GetConfiguration::Response{{}, many.key});
  CPPUNIT_ASSERT_EQUAL(std::size_t(1000), h.result<GetConfiguration>("call-2").unknownKey.size());
}

TEST(manyKeysTold, "C1: of a charger's answer 4,096 keys are passed on, and that the others were left out is noted") {
  SessionHarness h;
  h.boot(Version::V16);
  h.call(GetConfiguration::Request{});
  h.toCharger<GetConfiguration>();
  GetConfiguration::Response told;
  for (int i = 0; i < 16000; ++i) told.configurationKey.push_back({Key<50>("Key" + std::to_string(i)), false, {}});
  h.respond(told);
  const auto result = h.result<GetConfiguration>();
  const auto own = std::count_if(result.configurationKey.begin(), result.configurationKey.end(),
                                 [](const KeyValue& each) { return each.key.rfind("Key", 0) == 0; });
  CPPUNIT_ASSERT_EQUAL(std::ptrdiff_t(4096), own);
  CPPUNIT_ASSERT(std::any_of(h.notes.begin(), h.notes.end(), [](const std::string& note) {
    return note.find("11904 of them were left out") != std::string::npos;
  }));
}
