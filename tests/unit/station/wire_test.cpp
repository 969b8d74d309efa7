// SPDX-License-Identifier: GPL-2.0-or-later
// What a station says can be written in its version of OCPP over SOAP, and is read back strictly without a note.
#include "ocpp_s/dialect.h"
#include "ocpp_s/envelope.h"
#include "tests/support/station_harness.h"
#include "tests/support/test.h"

using namespace test;

namespace {

ocpp_s::Header header() {
  ocpp_s::Header h;
  h.chargeBoxIdentity = "CP1";
  h.messageId = "urn:uuid:1";
  h.from = "http://127.0.0.1:1/";
  h.to = "http://127.0.0.1:2/";
  return h;
}

void writeAndRead(Version version, const Request& request) {
  ocpp_s::Codec codec;
  std::string xml;
  codec.writeRequest(xml, ocpp_s::dialectFor(version), Role::CentralSystem, header(), request);
  const auto back = codec.readRequest(xml, Role::CentralSystem);
  const auto* message = std::get_if<ocpp_s::RequestMessage>(&back);
  CPPUNIT_ASSERT_MESSAGE(xml, message && message->notes.empty());
  CPPUNIT_ASSERT_EQUAL(request.index(), message->request.index());
}

void writeAndRead(Version version, const Response& response) {
  ocpp_s::Codec codec;
  std::string xml;
  ocpp_s::Header answer = header();
  answer.relatesTo = "urn:uuid:0";
  codec.writeReply(xml, ocpp_s::dialectFor(version), Role::ChargePoint, answer, response);
  const auto back = codec.readReply(xml, response.index());
  CPPUNIT_ASSERT_MESSAGE(xml, std::holds_alternative<Response>(back.outcome) && back.notes.empty());
}

// A day with everything in it that a charge point says by itself.
void sayEverything(StationHarness& h) {
  const auto set = [&](const char* key, const char* value) {
    h.box->fromCentral(++h.lastCall, ChangeConfiguration::Request{ocpp::Key<50>(key), Opaque<500>(value)}, h.now);
    h.drain();
  };
  set("MeterValuesSampledData", "Energy.Active.Import.Register,Voltage,Current.Import,SoC");
  set("StopTxnSampledData", "Energy.Active.Import.Register,SoC");
  set("ClockAlignedDataInterval", "900");
  h.meter(0, 1);
  h.meter(1, 10);
  h.begin();
  h.meter(1, 500);
  h.pass(hours(1));
  for (int code = 0; code < 16; ++code) {
    h.board([&](Station& s) {
      s.fault(1, {ChargePointErrorCode(code), true, std::string(80, 'i'), "V", "<&>"}, h.now);
      s.faultGone(1, ChargePointErrorCode(code), h.now);
    });
  }
  h.tag("TAG");
  h.unplug(1);
  ReserveNow::Request reservation;
  reservation.connectorId = 1;
  reservation.idTag = IdToken("R");
  reservation.expiryDate = {h.wall() + hours(1), true};
  h.ask(reservation);
  h.ask(GetDiagnostics::Request{Uri("ftp://x/"), {}, {}, {}, {}});
  h.board([&](Station& s) { s.uploaded(UploadProgress::Uploaded, h.now); });
  h.ask(UpdateFirmware::Request{{h.wall(), true}, Uri("ftp://x/"), {}, {}});
  h.pass(seconds(1));
  h.board([&](Station& s) { s.firmware(FirmwareProgress::Downloaded, h.now); });
  h.board([&](Station& s) { s.firmware(FirmwareProgress::Installed, h.now); });
  h.board([&](Station& s) { s.sendData(1, {Text<255>("Maker"), {}, Opaque<0>("")}, h.now); });
  h.pass(hours(1));
}

}  // namespace

TEST(stationWire,
     "all that a station says and answers can be written in OCPP 1.2, 1.5 and 1.6 and is read back strictly") {
  for (const Version version : {Version::V12, Version::V15, Version::V16}) {
    StationHarness h(plain(version));
    sayEverything(h);
    std::set<std::size_t> actions;
    for (const Request& each : h.requests) {
      writeAndRead(version, each);
      actions.insert(each.index());
    }
    CPPUNIT_ASSERT_EQUAL(std::size_t(version == Version::V12 ? 9 : 10), actions.size());
    Actions::forEach([&](auto tag) {
      using A = typename decltype(tag)::type;
      if (A::sender == Role::ChargePoint || A::profile == Profile::Security) return;
      h.rebooted.reset();
      const auto answer = h.ask(typename A::Request{});
      if (answer) writeAndRead(version, *answer);
      if (h.rebooted) h.power();
    });
    GetConfiguration::Request all;
    if (const auto answer = h.ask(all)) writeAndRead(version, *answer);
    if (version != Version::V16) continue;
    writeAndRead(version, Response(h.call<GetCompositeSchedule>({1, 3600, ChargingRateUnit::W})));
  }
}
