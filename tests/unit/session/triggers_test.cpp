// SPDX-License-Identifier: GPL-2.0-or-later
// TriggerMessage told from memory, and GetLog by GetDiagnostics (EM-0..EM-6, EM-11).
#include "tests/support/session_harness.h"

using namespace test;
using Status = ChargePointStatus;
using Answer = TriggerMessageStatus;

namespace {
TriggerMessage::Request trigger(MessageTrigger what, std::optional<int> connector = {}) { return {what, connector}; }
ExtendedTriggerMessage::Request extended(ExtendedMessageTrigger what) { return {what, {}}; }
}  // namespace

TEST(vector59,
     "vector 59: TriggerMessage(StatusNotification) is answered first, then 0, 1 and 2 with their times (EM-0, EM-3)") {
  SessionHarness h;
  h.boot(Version::V15);
  for (const int connector : {0, 1, 2}) {
    auto status = h.status(connector, Status::Available);
    status.timestamp = at("2024-05-01T07:00:00Z");
    h.report(Version::V15, status);
  }
  h.call(trigger(MessageTrigger::StatusNotification));
  CPPUNIT_ASSERT(h.result<TriggerMessage>().status == Answer::Accepted);
  for (const int connector : {0, 1, 2}) {
    const auto told = h.toCentral<StatusNotification>();
    CPPUNIT_ASSERT(told.connectorId == connector && told.timestamp == at("2024-05-01T07:00:00Z"));
    h.reply(StatusNotification::Response{});
  }
  h.nothing();
  h.call(trigger(MessageTrigger::StatusNotification, 9));
  CPPUNIT_ASSERT(h.result<TriggerMessage>().status == Answer::Rejected);
}

TEST(
    vector60,
    "vector 60: TriggerMessage(BootNotification) after an accepted boot is Rejected, after Pending it is sent (EM-1)") {
  SessionHarness h;
  h.boot(Version::V15);
  h.call(trigger(MessageTrigger::BootNotification));
  CPPUNIT_ASSERT(h.result<TriggerMessage>().status == Answer::Rejected);
  h.send(Version::V15, h.bootRequest());
  h.toCentral<BootNotification>();
  h.reply(BootNotification::Response{RegistrationStatus::Pending, {h.now, true}, 60});
  h.effects.clear();
  h.call(trigger(MessageTrigger::BootNotification));
  CPPUNIT_ASSERT(h.result<TriggerMessage>().status == Answer::Accepted);
  h.toCentral<BootNotification>();
}

TEST(vector61, "vector 61: GetLog is GetDiagnostics; its status comes as LogStatusNotification with the id (EM-11)") {
  SessionHarness h;
  h.boot(Version::V15);
  GetLog::Request log;
  log.log.remoteLocation = "ftp://host/";
  log.log.oldestTimestamp = at("2024-05-01T00:00:00Z");
  log.requestId = 7;
  log.retries = 3;
  h.call(log);
  const auto asked = h.toCharger<GetDiagnostics>();
  CPPUNIT_ASSERT(asked.location == "ftp://host/" && asked.startTime == log.log.oldestTimestamp && asked.retries == 3);
  h.respond(GetDiagnostics::Response{Text<255>("x.zip")});
  const auto answer = h.result<GetLog>();
  CPPUNIT_ASSERT(answer.status == LogStatus::Accepted && answer.filename == Text<255>("x.zip"));
  const auto exchange = h.send(Version::V15, DiagnosticsStatusNotification::Request{DiagnosticsStatus::Uploaded});
  const auto told = h.toCentral<LogStatusNotification>();
  CPPUNIT_ASSERT(told.status == UploadLogStatus::Uploaded && told.requestId == 7);
  h.reply(LogStatusNotification::Response{});
  h.answered<DiagnosticsStatusNotification>(exchange);
  h.send(Version::V15, DiagnosticsStatusNotification::Request{DiagnosticsStatus::UploadFailed});
  h.toCentral<DiagnosticsStatusNotification>();  // not of the log any more
}

TEST(moreLogs,
     "EM-11: no diagnostics is Rejected, a security log is Rejected unasked, a second log cancels the first") {
  SessionHarness h;
  h.boot(Version::V16);
  GetLog::Request log;
  log.logType = LogType::SecurityLog;
  h.call(log);
  CPPUNIT_ASSERT(h.result<GetLog>().status == LogStatus::Rejected);
  log.logType = LogType::DiagnosticsLog;
  h.call(log);
  h.toCharger<GetDiagnostics>();
  h.respond(GetDiagnostics::Response{});
  CPPUNIT_ASSERT(h.result<GetLog>().status == LogStatus::Rejected);
  for (const auto status : {LogStatus::Accepted, LogStatus::AcceptedCanceled}) {
    h.call(log);
    h.toCharger<GetDiagnostics>();
    h.respond(GetDiagnostics::Response{Text<255>("x")});
    CPPUNIT_ASSERT(h.result<GetLog>().status == status);
  }
}

TEST(triggeredHeartbeat, "EM-2: TriggerMessage(Heartbeat) sends one while the charger counts as online") {
  SessionHarness h;
  h.boot(Version::V12);
  h.call(trigger(MessageTrigger::Heartbeat));
  CPPUNIT_ASSERT(h.result<TriggerMessage>().status == Answer::Accepted);
  h.toCentral<Heartbeat>();
  h.reply(Heartbeat::Response{});
  h.nothing();
}

TEST(triggeredValues,
     "EM-4: TriggerMessage(MeterValues) repeats a fresh reading with its time; an old one is Rejected") {
  SessionHarness h;
  h.boot(Version::V15, 3600);
  h.call(trigger(MessageTrigger::MeterValues));
  CPPUNIT_ASSERT(h.result<TriggerMessage>().status == Answer::Rejected);
  h.send(Version::V15, h.meterValues(1, {"2024-05-01T07:59:00Z"}));
  h.toCentral<MeterValues>();
  h.reply(MeterValues::Response{});
  h.effects.clear();
  h.call(trigger(MessageTrigger::MeterValues, 1));
  CPPUNIT_ASSERT(h.result<TriggerMessage>().status == Answer::Accepted);
  CPPUNIT_ASSERT(h.toCentral<MeterValues>().meterValue[0].timestamp == at("2024-05-01T07:59:00Z"));
  h.reply(MeterValues::Response{});
  h.pass(seconds(601));
  h.statusFilled();
  h.call(trigger(MessageTrigger::MeterValues));
  CPPUNIT_ASSERT(h.result<TriggerMessage>().status == Answer::Rejected);
}

TEST(triggeredProgress, "EM-5: progress that runs is repeated, else it is Idle") {
  SessionHarness h;
  h.boot(Version::V15);
  const auto firmware = [&] {
    h.call(trigger(MessageTrigger::FirmwareStatusNotification));
    CPPUNIT_ASSERT(h.result<TriggerMessage>().status == Answer::Accepted);
    const auto told = h.toCentral<FirmwareStatusNotification>();
    h.reply(FirmwareStatusNotification::Response{});
    return told.status;
  };
  CPPUNIT_ASSERT(firmware() == FirmwareStatus::Idle);
  h.call(UpdateFirmware::Request{});
  h.toCharger<UpdateFirmware>();
  h.respond(UpdateFirmware::Response{});
  h.result<UpdateFirmware>();
  CPPUNIT_ASSERT(firmware() == FirmwareStatus::Idle);
  const auto say = [&](FirmwareStatus status) {
    h.send(Version::V15, FirmwareStatusNotification::Request{status});
    h.toCentral<FirmwareStatusNotification>();
    h.reply(FirmwareStatusNotification::Response{});
    h.effects.clear();
  };
  say(FirmwareStatus::Downloaded);
  CPPUNIT_ASSERT(firmware() == FirmwareStatus::Downloaded);
  say(FirmwareStatus::Installed);
  CPPUNIT_ASSERT(firmware() == FirmwareStatus::Idle);
  h.call(trigger(MessageTrigger::DiagnosticsStatusNotification));
  h.result<TriggerMessage>();
  CPPUNIT_ASSERT(h.toCentral<DiagnosticsStatusNotification>().status == DiagnosticsStatus::Idle);
}

TEST(extendedTriggers, "6.1 ExtendedTriggerMessage: emulated for every version, certificates NotImplemented (EM-6)") {
  SessionHarness h;
  h.boot(Version::V16);
  h.call(extended(ExtendedMessageTrigger::SignChargePointCertificate));
  CPPUNIT_ASSERT(h.result<ExtendedTriggerMessage>().status == Answer::NotImplemented);
  h.call(extended(ExtendedMessageTrigger::LogStatusNotification));
  CPPUNIT_ASSERT(h.result<ExtendedTriggerMessage>().status == Answer::Accepted);
  const auto log = h.toCentral<LogStatusNotification>();
  CPPUNIT_ASSERT(log.status == UploadLogStatus::Idle && !log.requestId);
  h.reply(LogStatusNotification::Response{});
  h.call(extended(ExtendedMessageTrigger::FirmwareStatusNotification));
  CPPUNIT_ASSERT(h.result<ExtendedTriggerMessage>().status == Answer::Accepted);
  CPPUNIT_ASSERT(h.toCentral<SignedFirmwareStatusNotification>().status == SignedFirmwareStatus::Idle);
}

TEST(nativeTrigger, "6.1: TriggerMessage of a 1.6-S charger is the charger's to answer") {
  SessionHarness h;
  h.boot(Version::V16);
  h.call(trigger(MessageTrigger::Heartbeat));
  h.toCharger<TriggerMessage>();
  h.respond(TriggerMessage::Response{Answer::Accepted});
  CPPUNIT_ASSERT(h.result<TriggerMessage>().status == Answer::Accepted);
  h.nothing();
}

TEST(triggeredHeartbeatOf16,
     "SM-5: the Heartbeat that the back-end asks a 1.6 charger for reaches it, though it comes early") {
  SessionHarness h;
  h.boot(Version::V16);
  const auto beat = [&] { return h.send(Version::V16, Heartbeat::Request{}); };
  const auto forwarded = [&](session::Exchange exchange) {
    h.toCentral<Heartbeat>();
    h.reply(Heartbeat::Response{{h.now, true}});
    h.answered<Heartbeat>(exchange);
  };
  forwarded(beat());
  h.answered<Heartbeat>(beat());  // by us
  for (const Answer status : {Answer::Rejected, Answer::Accepted}) {
    h.call(trigger(MessageTrigger::Heartbeat));
    h.toCharger<TriggerMessage>();
    h.respond(TriggerMessage::Response{status});
    CPPUNIT_ASSERT(h.result<TriggerMessage>().status == status);
    if (status == Answer::Rejected) h.answered<Heartbeat>(beat());
  }
  forwarded(beat());
  h.answered<Heartbeat>(beat());
  h.nothing();
}
