// SPDX-License-Identifier: GPL-2.0-or-later
// CPU time of one message in our readers and writers, for the heaviest that the bounds let in. None may keep the loop
// of the bridge for more than 50 ms (C4).
//
// usage: turns
// Prints a line for each input, best of three, and ends with status 1 when one takes longer.
#include <zlib.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "bridge/inflater.h"
#include "bridge/random_id.h"
#include "ocpp_j/codec.h"
#include "ocpp_j/frame.h"
#include "ocpp_s/envelope.h"
#include "tests/support/large_stop.h"

namespace {

constexpr double mostMs = 50;

double threadMs() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return double(now.tv_sec) * 1e3 + double(now.tv_nsec) / 1e6;
}

bool measure(const char* name, const std::function<std::string()>& work) {
  double best = 1e9;
  std::string outcome;
  for (int i = 0; i < 3; ++i) {
    const double begin = threadMs();
    outcome = work();
    best = std::min(best, threadMs() - begin);
  }
  std::printf("%-44s %7.2f ms  %s\n", name, best, outcome.c_str());
  return best <= mostMs;
}

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

std::string envelope(const std::string& body, const std::string& attributes = "", const std::string& service = "Cs") {
  return "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:o=\"urn://Ocpp/" + service +
         "/2015/10/\"><s:Header><o:chargeBoxIdentity>CP1</o:chargeBoxIdentity></s:Header><s:Body" + attributes + ">" +
         body + "</s:Body></s:Envelope>";
}

std::string attributes(int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += " xmlns:n" + std::to_string(i) + "='u'";
  return all;
}

std::string readRequest(const std::string& xml) {
  static ocpp_s::Codec codec;
  const auto read = codec.readRequest(xml, ocpp::Role::CentralSystem);
  const auto* failure = std::get_if<ocpp_s::ReadFailure>(&read);
  if (failure) return failure->fault.description.substr(0, 60);
  const auto& message = std::get<ocpp_s::RequestMessage>(read);
  std::string json = ocpp_j::writeCall("id", message.request);
  return std::to_string(xml.size()) + " bytes, " + std::to_string(message.notes.size()) + " notes, JSON of " +
         std::to_string(json.size());
}

std::string readConfiguration(const std::string& xml) {
  static ocpp_s::Codec codec;
  const auto reply = codec.readReply(xml, ocpp::indexOf<ocpp::GetConfiguration>);
  const auto* response = std::get_if<ocpp::Response>(&reply.outcome);
  return response ? "JSON of " + std::to_string(ocpp_j::writeCallResult("id", *response).size()) : "unreadable";
}

/// A CALL of the back-end, and what the charger gets.
std::string readCall(const std::string& json) {
  static ocpp_s::Codec codec;
  const ocpp_j::Frame frame = ocpp_j::readFrame(json);
  ocpp::ReadNotes notes;
  const auto request = ocpp_j::readRequest(frame.action, frame.payload(), ocpp_j::ReadMode::Lenient, notes);
  if (!request) return request.fault().description.substr(0, 60);
  std::string xml;
  codec.writeRequest(xml, ocpp_s::dialectFor(ocpp::Version::V16), ocpp::Role::ChargePoint, {}, *request);
  return std::to_string(json.size()) + " bytes, XML of " + std::to_string(xml.size());
}

std::string inflated(const std::string& packed) {
  bridge::Inflater inflater(bridge::ContentCoding::Deflate);
  std::string text;
  for (std::size_t at = 0; at < packed.size(); at += 16384) inflater.feed(packed.substr(at, 16384), text, 4 << 20);
  return std::to_string(packed.size()) + " to " + std::to_string(text.size()) + " bytes";
}

std::string packed(const std::string& text) {
  std::string out(compressBound(text.size()), '\0');
  uLongf size = out.size();
  compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(text.data()), text.size(), 9);
  out.resize(size);
  return out;
}

std::string listed(const std::string& begin, const std::string& each, int count, const std::string& end) {
  std::string all = begin;
  for (int i = 0; i < count; ++i) {
    std::string one = each;
    for (std::size_t at; (at = one.find('#')) != std::string::npos;) one.replace(at, 1, std::to_string(i));
    all += (i == 0 ? "" : ",") + one;
  }
  return all + end;
}

}  // namespace

int main() {
  const auto beat = [](const std::string& inner, const std::string& more = "") {
    return envelope("<o:heartbeatRequest" + more + ">" + inner + "</o:heartbeatRequest>", more);
  };
  const std::string sample = "<o:sampledValue><o:value>1.5</o:value><o:unit>kWh</o:unit></o:sampledValue>";
  const auto meterValues = [](const std::string& samples) {
    return envelope(
        "<o:meterValuesRequest><o:connectorId>1</o:connectorId><o:meterValue><o:timestamp>"
        "2026-01-01T00:00:00Z</o:timestamp>" +
        samples + "</o:meterValue></o:meterValuesRequest>");
  };
  const std::string entry =
      "<o:configurationKey><o:key>#</o:key><o:readonly>false</o:readonly><o:value>x</o:value></o:configurationKey>";
  std::string entries;
  for (int i = 0; i < 4090; ++i) entries += std::string(entry).replace(entry.find('#'), 1, "Key" + std::to_string(i));
  bool good = true;
  const auto row = [&](const char* name, std::string (*work)(const std::string&), const std::string& input) {
    good = measure(name, [&] { return work(input); }) && good;
  };
  row("an honest stop, 1,440 x 4 readings", readRequest, test::largeStop(1440));
  row("as many readings as there may be", readRequest, test::largeStop(2700));
  row("a stop of 4 MiB, without readings", readRequest, test::largeStop(10000).substr(0, 4 << 20));
  row("8,000 readings of 1.6", readRequest, meterValues(repeated(sample, 5400)));
  row("readings whose values are none", readRequest,
      meterValues(repeated("<o:sampledValue><o:value>x</o:value><o:phase>y</o:phase></o:sampledValue>", 5400)));
  row("16,000 unknown elements", readRequest, beat(repeated("<o:a/>", 16000)));
  row("16,000 elements, undeclared prefixes", readRequest, beat(repeated("<u:a/>", 8000) + repeated("<v:a/>", 8000)));
  row("the same within 120 declarations", readRequest, beat(repeated("<u:a/>", 16000), attributes(60)));
  row("16,000 headers", readRequest,
      std::string(envelope("<o:heartbeatRequest/>"))
          .insert(envelope("").find("</s:Header>"), repeated("<o:To>x</o:To>", 16000)));
  row("130,000 comments", readRequest, beat(repeated("<!---->", 130000)));
  row("200,000 character references", readRequest,
      envelope("<o:authorizeRequest><o:idTag>" + repeated("&#65;", 200000) + "</o:idTag></o:authorizeRequest>"));
  row("data of markup", readRequest,
      envelope("<o:dataTransferRequest><o:vendorId>x</o:vendorId><o:data>" + repeated("<a b='c'>d</a>", 16000) +
               "</o:data></o:dataTransferRequest>"));
  row("a charger's 4,090 keys", readConfiguration,
      envelope("<o:getConfigurationResponse>" + entries + "</o:getConfigurationResponse>", "", "Cp"));
  row("16,000 keys asked for", readCall, listed("[2,\"i\",\"GetConfiguration\",{\"key\":[", "\"Key#\"", 16000, "]}]"));
  row("a local list of 20,000 tags", readCall,
      listed("[2,\"i\",\"SendLocalList\",{\"listVersion\":1,\"updateType\":\"Full\",\"localAuthorizationList\":[",
             "{\"idTag\":\"T#\",\"idTagInfo\":{\"status\":\"Blocked\"}}", 18000, "]}]"));
  row("70,000 unknown properties", readCall, listed("[2,\"i\",\"Reset\",{\"type\":\"Soft\",", "\"k#\":1", 70000, "}]"));
  row("a million characters to escape", readCall,
      "[2,\"i\",\"DataTransfer\",{\"vendorId\":\"x\",\"data\":\"" + std::string(1'000'000, '<') + "\"}]");
  row("inflating to 4 MiB", inflated, packed(test::largeStop(8000)));
  row(
      "the digest of 4 MiB", [](const std::string& text) { return std::to_string(bridge::sha256(text).size()); },
      std::string(4 << 20, 'x'));
  return good ? 0 : 1;
}
