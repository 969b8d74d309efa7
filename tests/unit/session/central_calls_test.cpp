// SPDX-License-Identifier: GPL-2.0-or-later
// CALLs of the back-end: translation, negative answers of section 6, errors of section 7.3, one request at a time.
#include <algorithm>

#include "session/emulation.h"
#include "tests/support/session_harness.h"

using namespace test;
using session::ChargerFailure;
using Status = ChargePointStatus;

namespace {

RemoteStartTransaction::Request withProfile() {
  RemoteStartTransaction::Request request;
  request.idTag = "TAG";
  request.chargingProfile.emplace();
  request.chargingProfile->chargingSchedule.chargingSchedulePeriod.push_back({0, {214}, {}});
  return request;
}

}  // namespace

TEST(vector45, "vector 45: RemoteStart for a 1.5 charger with one connector: connector 1, no profile (RS-1, RS-2)") {
  session::Settings settings;
  settings.connectors = 1;
  SessionHarness h(settings);
  h.boot(Version::V15);
  h.call(withProfile());
  const auto asked = h.toCharger<RemoteStartTransaction>();
  CPPUNIT_ASSERT(asked.connectorId == 1 && asked.idTag == "TAG" && !asked.chargingProfile);
  h.respond(RemoteStartTransaction::Response{RemoteStartStopStatus::Accepted});
  CPPUNIT_ASSERT(h.result<RemoteStartTransaction>().status == RemoteStartStopStatus::Accepted);
}

TEST(remoteStartFollowed, "RS-3: a StartTransaction that fits an accepted RemoteStart is logged as its result, once") {
  SessionHarness h;
  h.boot(Version::V15);
  RemoteStartTransaction::Request request;
  request.idTag = "tag";
  h.call(request);
  h.toCharger<RemoteStartTransaction>();
  h.respond(RemoteStartTransaction::Response{RemoteStartStopStatus::Accepted});
  h.result<RemoteStartTransaction>();
  const auto follows = [&] {
    return std::count(h.notes.begin(), h.notes.end(), "StartTransaction follows a RemoteStartTransaction");
  };
  h.begin(Version::V15, 1, 17, "OTHER");
  CPPUNIT_ASSERT_EQUAL(std::ptrdiff_t{0}, follows());
  h.begin(Version::V15, 2, 18, "TAG");
  CPPUNIT_ASSERT_EQUAL(std::ptrdiff_t{1}, follows());
  h.begin(Version::V15, 3, 19, "TAG");
  CPPUNIT_ASSERT_EQUAL(std::ptrdiff_t{1}, follows());
}

TEST(vector46, "vector 46 and 75: RemoteStart for a 1.6-S charger keeps the profile and its limit 21.4 (RS-1, L-9)") {
  SessionHarness h;
  h.boot(Version::V16);
  h.call(withProfile());
  const auto asked = h.toCharger<RemoteStartTransaction>();
  CPPUNIT_ASSERT(asked.chargingProfile && !asked.connectorId);
  CPPUNIT_ASSERT(asked.chargingProfile->chargingSchedule.chargingSchedulePeriod[0].limit.tenths == 214);
}

TEST(profileReject, "RS-1 remote_start_profile=reject: a profile that cannot be said is Rejected") {
  session::Settings settings;
  settings.remoteStartProfileReject = true;
  SessionHarness h(settings);
  h.boot(Version::V15);
  h.call(withProfile());
  CPPUNIT_ASSERT(h.result<RemoteStartTransaction>().status == RemoteStartStopStatus::Rejected);
  h.nothing();
}

TEST(pendingStart, "RS-4: while the registration is Pending remote start and stop are Rejected here") {
  SessionHarness h;
  h.send(Version::V15, h.bootRequest());
  h.opens();
  h.toCentral<BootNotification>();
  h.reply(BootNotification::Response{RegistrationStatus::Pending, {h.now, true}, 60});
  h.effects.clear();
  h.call(RemoteStartTransaction::Request{{}, "TAG", {}});
  CPPUNIT_ASSERT(h.result<RemoteStartTransaction>().status == RemoteStartStopStatus::Rejected);
  h.call(RemoteStopTransaction::Request{{17}});
  CPPUNIT_ASSERT(h.result<RemoteStopTransaction>().status == RemoteStartStopStatus::Rejected);
  h.call(GetDiagnostics::Request{});
  h.toCharger<GetDiagnostics>();  // other CALLs are served (SM-4)
}

TEST(vector47, "vector 47: Fault NotSupported to RemoteStart is CALLERROR NotSupported (7.3)") {
  SessionHarness h;
  h.boot(Version::V15);
  h.call(RemoteStartTransaction::Request{{}, "TAG", {}});
  h.toCharger<RemoteStartTransaction>();
  h.fail(ChargerFailure::Faulted, FaultCode::NotSupported);
  CPPUNIT_ASSERT(h.callError() == FaultCode::NotSupported);
}

TEST(vector48,
     "vector 48: UnlockConnector Rejected is UnlockFailed, of a connector beyond the last NotSupported (2.6)") {
  session::Settings settings;
  settings.connectors = 2;
  SessionHarness h(settings);
  h.boot(Version::V15);
  for (const auto& [connector, status] :
       {std::pair{1, UnlockStatus::UnlockFailed}, std::pair{9, UnlockStatus::NotSupported}}) {
    h.call(UnlockConnector::Request{connector});
    h.toCharger<UnlockConnector>();
    h.respond(UnlockConnector::Response{UnlockStatus::UnlockFailed});
    CPPUNIT_ASSERT(h.result<UnlockConnector>().status == status);
  }
}

TEST(vector56, "vector 56: HashError is Failed (2.7)") {
  SessionHarness h;
  h.boot(Version::V15);
  SendLocalList::Request list;
  list.listVersion = 2;
  list.updateType = UpdateType::Differential;
  h.call(list);
  h.toCharger<SendLocalList>();
  h.respond(SendLocalList::Response{UpdateStatus::HashError});
  CPPUNIT_ASSERT(h.result<SendLocalList>().status == UpdateStatus::Failed);
}

TEST(wrongLists, "4.2 SendLocalList: version 0, repeated tags and a Full list without idTagInfo are CALLERRORs") {
  SessionHarness h;
  h.boot(Version::V15);
  SendLocalList::Request list;
  h.call(list);
  CPPUNIT_ASSERT(h.callError() == FaultCode::PropertyConstraintViolation);
  list.listVersion = 1;
  list.updateType = UpdateType::Full;
  list.localAuthorizationList.push_back({"TAG", {}});
  h.call(list);
  CPPUNIT_ASSERT(h.callError() == FaultCode::OccurenceConstraintViolation);
  list.localAuthorizationList[0].idTagInfo.emplace();
  list.localAuthorizationList.push_back({"tag", IdTagInfo{}});
  h.call(list);
  CPPUNIT_ASSERT(h.callError() == FaultCode::PropertyConstraintViolation);
  h.nothing();
}

TEST(vector57, "vector 57: what a 1.2 charger lacks is answered -1, NotSupported, Rejected, UnknownVendorId (6.1)") {
  SessionHarness h;
  h.boot(Version::V12);
  h.call(GetLocalListVersion::Request{});
  CPPUNIT_ASSERT_EQUAL(-1, h.result<GetLocalListVersion>().listVersion);
  SendLocalList::Request list;
  list.listVersion = 1;
  h.call(list);
  CPPUNIT_ASSERT(h.result<SendLocalList>().status == UpdateStatus::NotSupported);
  h.call(ReserveNow::Request{});
  CPPUNIT_ASSERT(h.result<ReserveNow>().status == ReservationStatus::Rejected);
  h.call(CancelReservation::Request{});
  CPPUNIT_ASSERT(h.result<CancelReservation>().status == CancelReservationStatus::Rejected);
  h.call(DataTransfer::Request{"v", {}, {}});
  CPPUNIT_ASSERT(h.result<DataTransfer>().status == DataTransferStatus::UnknownVendorId);
  h.nothing();
}

TEST(vector58, "vector 58: smart charging of a 1.5 charger is NotSupported, Unknown, Rejected, without asking (6.1)") {
  SessionHarness h;
  h.boot(Version::V15);
  h.call(SetChargingProfile::Request{});
  CPPUNIT_ASSERT(h.result<SetChargingProfile>().status == ChargingProfileStatus::NotSupported);
  h.call(ClearChargingProfile::Request{});
  CPPUNIT_ASSERT(h.result<ClearChargingProfile>().status == ClearChargingProfileStatus::Unknown);
  h.call(GetCompositeSchedule::Request{});
  CPPUNIT_ASSERT(h.result<GetCompositeSchedule>().status == GetCompositeScheduleStatus::Rejected);
  h.nothing();
}

TEST(unsupportedReply, "6.1 unsupported_reply=callerror: what a charger lacks is CALLERROR NotSupported") {
  session::Settings settings;
  settings.callErrorForUnsupported = true;
  SessionHarness h(settings);
  h.boot(Version::V15);
  h.call(SetChargingProfile::Request{});
  CPPUNIT_ASSERT(h.callError() == FaultCode::NotSupported);
}

TEST(vector62, "vector 62: the security extension gets its negative answers, also for 1.6-S (6.1, 6.3)") {
  SessionHarness h;
  h.boot(Version::V16);
  h.call(SignedUpdateFirmware::Request{});
  CPPUNIT_ASSERT(h.result<SignedUpdateFirmware>().status == SignedUpdateFirmwareStatus::Rejected);
  h.call(InstallCertificate::Request{});
  CPPUNIT_ASSERT(h.result<InstallCertificate>().status == InstallCertificateStatus::Rejected);
  h.call(DeleteCertificate::Request{});
  CPPUNIT_ASSERT(h.result<DeleteCertificate>().status == DeleteCertificateStatus::NotFound);
  h.call(GetInstalledCertificateIds::Request{});
  CPPUNIT_ASSERT(h.result<GetInstalledCertificateIds>().status == GetInstalledCertificateStatus::NotFound);
  h.call(CertificateSigned::Request{});
  CPPUNIT_ASSERT(h.result<CertificateSigned>().status == CertificateSignedStatus::Rejected);
  h.nothing();
}

TEST(vector63, "vector 63: actions that only charge points send are NotImplemented (7.3; unknown names: ocpp_j)") {
  SessionHarness h;
  h.boot(Version::V15);
  h.call(Heartbeat::Request{});
  CPPUNIT_ASSERT(h.callError() == FaultCode::NotImplemented);
}

TEST(vector64, "vector 64: RemoteStop of a known id goes through the map, of an unknown one unchanged (4.2, TX-1)") {
  SessionHarness h;
  h.boot(Version::V15);
  h.call(RemoteStopTransaction::Request{{17}});
  CPPUNIT_ASSERT(h.toCharger<RemoteStopTransaction>().transactionId.value == 17);
}

TEST(chargerFailures, "7.3: what a charger does instead of answering becomes the CALLERROR of the table") {
  SessionHarness h;
  h.boot(Version::V15);
  const auto after = [&](ChargerFailure failure, FaultCode code = FaultCode::InternalError) {
    h.call(ClearCache::Request{});
    h.toCharger<ClearCache>();
    h.fail(failure, code);
    return h.callError();
  };
  CPPUNIT_ASSERT(after(ChargerFailure::Faulted, FaultCode::SecurityError) == FaultCode::SecurityError);
  CPPUNIT_ASSERT(after(ChargerFailure::Faulted, FaultCode::ProtocolError) == FaultCode::ProtocolError);
  CPPUNIT_ASSERT(after(ChargerFailure::Faulted, FaultCode::InternalError) == FaultCode::InternalError);
  CPPUNIT_ASSERT(after(ChargerFailure::Faulted, FaultCode::IdentityMismatch) == FaultCode::GenericError);
  CPPUNIT_ASSERT(after(ChargerFailure::Malformed) == FaultCode::InternalError);
  CPPUNIT_ASSERT(after(ChargerFailure::Unreachable) == FaultCode::GenericError);
  CPPUNIT_ASSERT(after(ChargerFailure::NoCallbackUrl) == FaultCode::GenericError);
  CPPUNIT_ASSERT(after(ChargerFailure::Timeout) == FaultCode::GenericError);
  CPPUNIT_ASSERT(after(ChargerFailure::Broken) == FaultCode::GenericError);
  CPPUNIT_ASSERT(after(ChargerFailure::WrongUrl) == FaultCode::GenericError);
  CPPUNIT_ASSERT(after(ChargerFailure::Unauthorized) == FaultCode::SecurityError);
  CPPUNIT_ASSERT(after(ChargerFailure::ServerError) == FaultCode::InternalError);
}

TEST(notSupportedFaults, "6.2: Fault NotSupported becomes the negative status where the schema has one") {
  SessionHarness h;
  h.boot(Version::V16);
  h.call(UnlockConnector::Request{1});
  h.toCharger<UnlockConnector>();
  h.fail(ChargerFailure::Faulted, FaultCode::NotSupported);
  CPPUNIT_ASSERT(h.result<UnlockConnector>().status == UnlockStatus::NotSupported);
  h.call(TriggerMessage::Request{});
  h.toCharger<TriggerMessage>();
  h.fail(ChargerFailure::Faulted, FaultCode::NotSupported);
  CPPUNIT_ASSERT(h.result<TriggerMessage>().status == TriggerMessageStatus::NotImplemented);
  h.call(GetLocalListVersion::Request{});
  h.toCharger<GetLocalListVersion>();
  h.fail(ChargerFailure::Faulted, FaultCode::NotSupported);
  CPPUNIT_ASSERT_EQUAL(-1, h.result<GetLocalListVersion>().listVersion);
  h.call(ClearCache::Request{});
  h.toCharger<ClearCache>();
  h.fail(ChargerFailure::Faulted, FaultCode::NotSupported);
  CPPUNIT_ASSERT(h.result<ClearCache>().status == ClearCacheStatus::Rejected);
}

TEST(lateResponse, "7.3: an answer after the timeout is not told, but what it accepted counts (TX-11)") {
  SessionHarness h;
  h.boot(Version::V15);
  h.begin(Version::V15, 1, 17);
  h.call(RemoteStopTransaction::Request{{17}});
  h.toCharger<RemoteStopTransaction>();
  h.fail(ChargerFailure::Timeout);
  CPPUNIT_ASSERT(h.callError() == FaultCode::GenericError);
  h.respond(RemoteStopTransaction::Response{RemoteStartStopStatus::Accepted});
  h.nothing();
  h.send(Version::V15, h.stop(17));
  CPPUNIT_ASSERT(h.toCentral<StopTransaction>().reason == Reason::Remote);
}

TEST(vector79,
     "vector 79: a charger that calls Authorize before it answers RemoteStart is served at once (SM-11, SM-12)") {
  SessionHarness h;
  h.boot(Version::V15);
  h.call(RemoteStartTransaction::Request{1, "TAG", {}});
  h.toCharger<RemoteStartTransaction>();
  const auto exchange = h.send(Version::V15, Authorize::Request{"TAG"});
  h.toCentral<Authorize>();
  h.reply(Authorize::Response{});
  h.answered<Authorize>(exchange);
  h.begin(Version::V15, 1, 17);
  h.nothing();
  h.respond(RemoteStartTransaction::Response{RemoteStartStopStatus::Accepted});
  CPPUNIT_ASSERT(h.result<RemoteStartTransaction>().status == RemoteStartStopStatus::Accepted);
}

TEST(oneRequest, "SM-11: a charger gets one request at a time, a failed one is not repeated") {
  SessionHarness h;
  h.boot(Version::V15);
  h.call(ClearCache::Request{}, "a");
  h.call(Reset::Request{}, "b");
  h.toCharger<ClearCache>();
  h.nothing();
  h.fail(ChargerFailure::Unreachable);
  CPPUNIT_ASSERT(h.callError("a") == FaultCode::GenericError);
  h.toCharger<Reset>();
  h.respond(ClearCache::Response{});  // not what was asked
  CPPUNIT_ASSERT(h.callError("b") == FaultCode::InternalError);
  h.nothing();
}

TEST(askerGone, "SM-13: CALLs of a back-end that went away are not answered, and those not begun are not asked") {
  SessionHarness h;
  h.boot(Version::V15);
  h.call(ClearCache::Request{}, "a");
  h.call(Reset::Request{}, "b");
  h.toCharger<ClearCache>();
  h.down();
  h.respond(ClearCache::Response{});
  h.nothing();
  CPPUNIT_ASSERT(h.session.idle());
}

TEST(illegalCharacters, "L-6: an idTag that XML cannot carry is a CALLERROR, such data is Rejected or left out") {
  SessionHarness h;
  h.boot(Version::V15);
  h.call(RemoteStartTransaction::Request{1, "T\x01G", {}});
  CPPUNIT_ASSERT(h.callError() == FaultCode::PropertyConstraintViolation);
  h.call(DataTransfer::Request{"v", {}, Opaque<0>("\x02")});
  CPPUNIT_ASSERT(h.result<DataTransfer>().status == DataTransferStatus::Rejected);
  const auto exchange = h.send(Version::V15, DataTransfer::Request{"v", {}, {}});
  h.toCentral<DataTransfer>();
  h.reply(DataTransfer::Response{DataTransferStatus::Accepted, Opaque<0>("\x02")});
  const auto answer = h.answered<DataTransfer>(exchange);
  CPPUNIT_ASSERT(answer.status == DataTransferStatus::Accepted && !answer.data);
}

TEST(longVendor, "4.1 DataTransfer: a vendorId or messageId that OCPP-J cannot carry is unknown") {
  SessionHarness h;
  h.boot(Version::V15);
  const auto vendor = h.send(Version::V15, DataTransfer::Request{std::string(256, 'v'), {}, {}});
  CPPUNIT_ASSERT(h.answered<DataTransfer>(vendor).status == DataTransferStatus::UnknownVendorId);
  const auto message = h.send(Version::V15, DataTransfer::Request{"v", Text<50>(std::string(51, 'm')), {}});
  CPPUNIT_ASSERT(h.answered<DataTransfer>(message).status == DataTransferStatus::UnknownMessageId);
  h.nothing();
}

TEST(fileNames, "4.2 GetDiagnostics: a long file name keeps its end, an empty one is absent") {
  SessionHarness h;
  h.boot(Version::V15);
  h.call(GetDiagnostics::Request{});
  h.toCharger<GetDiagnostics>();
  h.respond(GetDiagnostics::Response{Text<255>(std::string(300, 'x') + ".zip")});
  const auto name = *h.result<GetDiagnostics>().fileName;
  CPPUNIT_ASSERT(name.size() == 255 && name.substr(251) == ".zip");
  h.call(GetDiagnostics::Request{});
  h.toCharger<GetDiagnostics>();
  h.respond(GetDiagnostics::Response{Text<255>("")});
  CPPUNIT_ASSERT(!h.result<GetDiagnostics>().fileName);
}

TEST(clearCache, "4.2 ClearCache: Accepted also clears what the bridge remembers of idTags (SM-9)") {
  SessionHarness h;
  h.boot(Version::V15);
  h.send(Version::V15, Authorize::Request{"TAG"});
  h.toCentral<Authorize>();
  h.reply(Authorize::Response{{AuthorizationStatus::Blocked, {}, {}}});
  h.effects.clear();
  h.call(ClearCache::Request{});
  h.toCharger<ClearCache>();
  h.respond(ClearCache::Response{ClearCacheStatus::Accepted});
  h.result<ClearCache>();
  h.down();
  CPPUNIT_ASSERT(h.faulted(h.send(Version::V15, Authorize::Request{"TAG"})) == FaultCode::InternalError);
}

TEST(negativeTable, "6.1: every action that some version lacks has a negative answer or an emulation") {
  Actions::forEach([](auto tag) {
    using A = typename decltype(tag)::type;
    const Request request = typename A::Request{};
    if (!session::lacks(Version::V12, request)) return;
    const bool emulated = is<GetConfiguration>(request);
    const auto answer = session::answerForLacking(request);
    CPPUNIT_ASSERT_MESSAGE(std::string(A::action), emulated || (answer && is<A>(*answer)));
  });
}
