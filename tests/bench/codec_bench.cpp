// SPDX-License-Identifier: GPL-2.0-or-later
// Nanoseconds of CPU per message in our codecs, next to the bare gSOAP serializers and bare nlohmann on the same bytes.
//
// usage: codec_bench [ROUNDS]
// A message here is what the bridge does for one SOAP request: read it (SOAP), write the CALL (JSON), read the
// CALLRESULT (JSON), write the response (SOAP). Bare gSOAP reads the same envelopes into its own classes and writes
// them again with the same flags and shortcuts; bare nlohmann parses the same CALLRESULT and dumps the same CALL. All
// pieces take turns, so that a busy machine hits all alike; each figure is the best of ROUNDS.
#include <soapH.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "ocpp/messages.h"
#include "ocpp_j/codec.h"
#include "ocpp_j/frame.h"
#include "ocpp_s/envelope.h"

namespace {

// ---- bare gSOAP

constexpr const char* soapUri = "http://www.w3.org/2003/05/soap-envelope";
constexpr const char* wsaUri = "http://www.w3.org/2005/08/addressing";
const ::Namespace readTable[] = {
    {"SOAP-ENV", soapUri, "http://schemas.xmlsoap.org/soap/envelope/", nullptr},
    {"SOAP-ENC", "http://www.w3.org/2003/05/soap-encoding", "http://schemas.xmlsoap.org/soap/encoding/", nullptr},
    {"xsi", "http://www.w3.org/2001/XMLSchema-instance", nullptr, nullptr},
    {"xsd", "http://www.w3.org/2001/XMLSchema", nullptr, nullptr},
    {"cs12", "urn://Ocpp/Cs/2010/08/", nullptr, nullptr},
    {"cp12", "urn://Ocpp/Cp/2010/08/", nullptr, nullptr},
    {"cs15", "urn://Ocpp/Cs/2012/06/", nullptr, nullptr},
    {"cp15", "urn://Ocpp/Cp/2012/06/", nullptr, nullptr},
    {"cs16", "urn://Ocpp/Cs/2015/10/", nullptr, nullptr},
    {"cp16", "urn://Ocpp/Cp/2015/10/", nullptr, nullptr},
    {"wsa", wsaUri, nullptr, nullptr},
    {nullptr, nullptr, nullptr, nullptr}};
const ::Namespace writeTable15[] = {{"SOAP-ENV", soapUri, nullptr, nullptr},
                                    {"SOAP-ENC", nullptr, nullptr, nullptr},
                                    {"cs15", "urn://Ocpp/Cs/2012/06/", nullptr, nullptr},
                                    {"wsa", wsaUri, nullptr, nullptr},
                                    {nullptr, nullptr, nullptr, nullptr}};
const ::Namespace writeTable16[] = {{"SOAP-ENV", soapUri, nullptr, nullptr},
                                    {"SOAP-ENC", nullptr, nullptr, nullptr},
                                    {"cs16", "urn://Ocpp/Cs/2015/10/", nullptr, nullptr},
                                    {"wsa", wsaUri, nullptr, nullptr},
                                    {nullptr, nullptr, nullptr, nullptr}};

/// gSOAP as it comes, in memory, with the flags of our codec.
class BareSoap {
 public:
  BareSoap() {
    constexpr soap_mode common = SOAP_ENC_PLAIN | SOAP_XML_TREE | SOAP_C_UTFSTRING;
    soap_ = soap_new2(common | SOAP_XML_STRICT, common | SOAP_IO_BUFFER | SOAP_XML_NOTYPE);
    soap_->user = this;
    soap_->frecv = [](::soap* s, char* buffer, size_t size) {
      std::string_view& rest = static_cast<BareSoap*>(s->user)->input_;
      size = std::min(size, rest.size());
      std::memcpy(buffer, rest.data(), size);
      rest.remove_prefix(size);
      return size;
    };
    soap_->fsend = [](::soap* s, const char* bytes, size_t size) {
      static_cast<BareSoap*>(s->user)->output_.append(bytes, size);
      return SOAP_OK;
    };
  }
  ~BareSoap() {
    reset();
    soap_free(soap_);
  }
  BareSoap(const BareSoap&) = delete;
  BareSoap& operator=(const BareSoap&) = delete;

  template <class Body>
  void read(std::string_view xml, Body& body) {
    reset();
    soap_set_namespaces(soap_, readTable);
    input_ = xml;
    if (soap_begin_recv(soap_) || soap_envelope_begin_in(soap_) || soap_recv_header(soap_) ||
        soap_body_begin_in(soap_) || soap_peek_element(soap_) || !body.soap_in(soap_, nullptr, nullptr) ||
        soap_body_end_in(soap_))
      throw std::logic_error("bare gSOAP cannot read: " + std::to_string(soap_->error));
  }

  template <class Body>
  std::size_t write(const Body& body, const char* tag, bool is15) {
    reset();
    soap_set_namespaces(soap_, is15 ? writeTable15 : writeTable16);
    soap_set_version(soap_, 2);
    soap_->encodingStyle = nullptr;
    output_.clear();
    soap_->header = &header_;
    if (soap_begin_send(soap_) || soap_envelope_begin_out(soap_) || soap_putheader(soap_) ||
        soap_body_begin_out(soap_) || body.soap_out(soap_, tag, -2, "") || soap_body_end_out(soap_) ||
        soap_envelope_end_out(soap_) || soap_end_send(soap_))
      throw std::logic_error("bare gSOAP cannot write");
    return output_.size();
  }

 private:
  void reset() {  // the shortcut of our codec, too: soap_end() would clear 32 KB more
    soap_destroy(soap_);
    soap_dealloc(soap_, nullptr);
    soap_->header = nullptr;
    soap_->fault = nullptr;
  }

  ::soap* soap_;
  std::string_view input_;
  std::string output_;
  std::string id_ = "urn:uuid:6f9619ff-8b86-d011-b42d-00c04fc964ff";
  std::string to_ = "http://www.w3.org/2005/08/addressing/anonymous";
  std::string action_ = "/SomeActionResponse";
  wsa__RelatesToType relates_ = [this] {
    wsa__RelatesToType to;
    to.__item = id_;
    return to;
  }();
  SOAP_ENV__Header header_ = [this] {
    SOAP_ENV__Header header;
    header.wsa__MessageID = &id_;
    header.wsa__RelatesTo = &relates_;
    header.wsa__To = &to_;
    header.wsa__Action = &action_;
    return header;
  }();
};

// ---- the messages

ocpp::DateTime moment(int minute) { return {ocpp::Instant(ocpp::Duration(1767225600000 + 60000 * minute))}; }

struct Message {
  const char* name;
  ocpp::Request request;
  ocpp::Response response;
};

ocpp::Request boot() {
  ocpp::BootNotification::Request m;
  m.chargePointVendor = ocpp::Text<20>("VendorX");
  m.chargePointModel = ocpp::Text<20>("SingleSocketCharger");
  m.chargePointSerialNumber.emplace("gbc2023100398");
  m.chargeBoxSerialNumber.emplace("CB-000-1111-2222");
  m.firmwareVersion.emplace("1.2.3-build.4711");
  m.iccid.emplace("8931040123456789012");
  m.imsi.emplace("204043123456789");
  m.meterType.emplace("Elster A1140");
  m.meterSerialNumber.emplace("98765432");
  return m;
}

ocpp::Request start() {
  ocpp::StartTransaction::Request m;
  m.connectorId = 1;
  m.idTag = ocpp::IdToken("B4F62CEF");
  m.timestamp = moment(0);
  m.meterStart = 123456;
  return m;
}

ocpp::Request meterValues(int count) {
  ocpp::MeterValues::Request m;
  m.connectorId = 1;
  m.transactionId = ocpp::TransactionId{4711};
  for (int i = 0; i < count; ++i) {
    ocpp::MeterValue& value = m.meterValue.emplace_back();
    value.timestamp = moment(i);
    ocpp::SampledValue& sample = value.sampledValue.emplace_back();
    sample.value = ocpp::Opaque<0>("12345.6");
    sample.context = ocpp::ReadingContext::SamplePeriodic;
    sample.measurand = ocpp::Measurand::EnergyActiveImportRegister;
    sample.location = ocpp::Location::Outlet;
    sample.unit = ocpp::UnitOfMeasure::Wh;
  }
  return m;
}

std::vector<Message> messages() {
  ocpp::StartTransaction::Response started;
  started.transactionId = {4711};
  started.idTagInfo.status = ocpp::AuthorizationStatus::Accepted;
  return {{"Heartbeat", ocpp::Heartbeat::Request{}, ocpp::Heartbeat::Response{moment(0)}},
          {"BootNotification", boot(),
           ocpp::BootNotification::Response{ocpp::RegistrationStatus::Accepted, moment(0), 300}},
          {"StartTransaction", start(), started},
          {"MeterValues, 1", meterValues(1), ocpp::MeterValues::Response{}},
          {"MeterValues, 20", meterValues(20), ocpp::MeterValues::Response{}}};
}

// ---- measuring

double cpuNanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return 1e9 * static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec);
}

/// One piece of work; it returns something that depends on what it did.
struct Piece {
  std::function<std::size_t()> work;
  std::vector<double> rounds;

  double best() const { return *std::min_element(rounds.begin(), rounds.end()); }
};

volatile std::size_t sink;

void measure(std::vector<Piece>& pieces, int rounds) {
  constexpr double roundLength = 2e6;  // ns
  std::vector<int> calls;
  for (Piece& piece : pieces) {
    const double begin = cpuNanoseconds();
    int done = 0;
    for (; cpuNanoseconds() - begin < roundLength; ++done) sink = piece.work();
    calls.push_back(std::max(done, 1));
  }
  for (int round = 0; round < rounds; ++round)
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      const double begin = cpuNanoseconds();
      for (int call = 0; call < calls[i]; ++call) sink = pieces[i].work();
      pieces[i].rounds.push_back((cpuNanoseconds() - begin) / calls[i]);
    }
}

enum Part { SoapRead, SoapWrite, JsonWrite, JsonRead, BareRead, BareWrite, BareDump, BareParse, parts };

template <class GeneratedRequest, class GeneratedResponse>
void compare(const Message& message, ocpp::Version version, const char* tag, int rounds) {
  const ocpp_s::Dialect dialect = ocpp_s::dialectFor(version);
  const bool is15 = version == ocpp::Version::V15;
  const std::string id = "19223201-abcd-4711-8888-1234567890ab";
  ocpp_s::Codec codec;
  BareSoap bare;
  ocpp_s::Header header;
  header.chargeBoxIdentity = "CP-0001";
  header.messageId = "urn:uuid:6f9619ff-8b86-d011-b42d-00c04fc964ff";
  header.from = "http://10.0.0.7:8080/ocpp";
  header.to = "http://bridge.example.org/ocpp";
  ocpp_s::Header answer;
  answer.messageId = answer.relatesTo = header.messageId;

  constexpr auto service = ocpp::Role::CentralSystem;
  std::string request, response, out;
  codec.writeRequest(request, dialect, service, header, message.request);
  codec.writeReply(response, dialect, service, answer, message.response);
  const std::string call = ocpp_j::writeCall(id, message.request);
  const std::string result = ocpp_j::writeCallResult(id, message.response);
  const auto tree = nlohmann::json::parse(call);
  GeneratedResponse generated;
  bare.read(response, generated);

  std::vector<Piece> pieces(parts);
  pieces[SoapRead].work = [&] {
    return std::get<ocpp_s::RequestMessage>(codec.readRequest(request, service)).request.index();
  };
  pieces[SoapWrite].work = [&] {
    out.clear();
    codec.writeReply(out, dialect, service, answer, message.response);
    return out.size();
  };
  pieces[JsonWrite].work = [&] { return ocpp_j::writeCall(id, message.request).size(); };
  pieces[JsonRead].work = [&] {
    ocpp::ReadNotes notes;
    const auto frame = ocpp_j::readFrame(result);
    return ocpp_j::readResponse(message.request.index(), frame.payload(), ocpp_j::ReadMode::Lenient, notes)->index();
  };
  pieces[BareRead].work = [&] {
    GeneratedRequest read;
    bare.read(request, read);
    return sizeof read;
  };
  pieces[BareWrite].work = [&] { return bare.write(generated, tag, is15); };
  pieces[BareDump].work = [&] { return tree.dump().size(); };
  pieces[BareParse].work = [&] { return nlohmann::json::parse(result).size(); };
  measure(pieces, rounds);

  const auto ns = [&](Part part) { return pieces[part].best(); };
  const double soap = ns(SoapRead) + ns(SoapWrite), json = ns(JsonWrite) + ns(JsonRead);
  const double bareSoap = ns(BareRead) + ns(BareWrite), bareJson = ns(BareDump) + ns(BareParse);
  std::printf("%-3s %-16s %6zu %6.0f %6.0f | %6.0f %6.0f %5.2f | %6zu %6.0f %6.0f | %6.0f %6.0f %5.2f | %7.0f %5.2f\n",
              std::string(ocpp::name(version)).c_str(), message.name, request.size(), ns(SoapRead), ns(SoapWrite),
              ns(BareRead), ns(BareWrite), soap / bareSoap, call.size(), ns(JsonWrite), ns(JsonRead), ns(BareDump),
              ns(BareParse), json / bareJson, soap + json, (soap + json) / (bareSoap + bareJson));
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 25;
  std::printf("ns per message, best of %d rounds; ratio = ours / bare (gSOAP, nlohmann), to stay below 1.5\n", rounds);
  std::printf("%28s %-13s | %-20s | %-20s | %-20s | %s\n", "", "SOAP, ours", "bare gSOAP", "JSON, ours",
              "bare nlohmann", "together");
  std::printf("%27s %6s %6s | %6s %6s %5s | %6s %6s %6s | %6s %6s %5s | %7s %5s\n", "bytes", "read", "write", "read",
              "write", "ratio", "bytes", "write", "read", "dump", "parse", "ratio", "ours", "ratio");
  using ocpp::Version;
  const std::vector<Message> all = messages();
  const auto run = [&](std::size_t i, auto body16, auto answer16, auto body15, auto answer15, const std::string& tag) {
    compare<decltype(body16), decltype(answer16)>(all[i], Version::V16, ("cs16:" + tag).c_str(), rounds);
    compare<decltype(body15), decltype(answer15)>(all[i], Version::V15, ("cs15:" + tag).c_str(), rounds);
  };
  run(0, cs16__HeartbeatRequest(), cs16__HeartbeatResponse(), cs15__HeartbeatRequest(), cs15__HeartbeatResponse(),
      "heartbeatResponse");
  run(1, cs16__BootNotificationRequest(), cs16__BootNotificationResponse(), cs15__BootNotificationRequest(),
      cs15__BootNotificationResponse(), "bootNotificationResponse");
  run(2, cs16__StartTransactionRequest(), cs16__StartTransactionResponse(), cs15__StartTransactionRequest(),
      cs15__StartTransactionResponse(), "startTransactionResponse");
  for (const std::size_t i : {3, 4})
    run(i, cs16__MeterValuesRequest(), cs16__MeterValuesResponse(), cs15__MeterValuesRequest(),
        cs15__MeterValuesResponse(), "meterValuesResponse");
}
