// SPDX-License-Identifier: GPL-2.0-or-later
// Prints random legal messages of every action and half, for judges outside of this program (JSON and XML schemas).
//
// Usage: random_messages [--count N] [--seed N] [--soap 1.2|1.5|1.6]
// JSON: one line each: action, Request or Response, frame; separated by tabs.
// SOAP: the same with the service, central_system or charge_point, in front, and each ends with a NUL character.
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

#include "ocpp/messages.h"
#include "ocpp_j/frame.h"
#include "ocpp_s/envelope.h"
#include "tests/support/random_message.h"

namespace {

struct Options {
  int count = 20;
  unsigned seed = 1;
  std::optional<ocpp::Version> soap;
};

std::optional<ocpp::Version> findVersion(std::string_view name) {
  for (const auto version : {ocpp::Version::V12, ocpp::Version::V15, ocpp::Version::V16})
    if (ocpp::name(version) == name) return version;
  return std::nullopt;
}

bool parse(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    if (i + 1 == argc) return false;
    if (name == "--count")
      options.count = std::atoi(argv[i + 1]);
    else if (name == "--seed")
      options.seed = static_cast<unsigned>(std::atoi(argv[i + 1]));
    else if (name == "--soap" && findVersion(argv[i + 1]))
      options.soap = findVersion(argv[i + 1]);
    else
      return false;
  }
  return true;
}

void printJson(const Options& options) {
  test::RandomMessages random(options.seed, ocpp::Encoding::Json16);
  for (std::size_t action = 0; action < ocpp::actionCount; ++action)
    for (int i = 0; i < options.count; ++i) {
      const std::string id = "random-" + std::to_string(i);
      std::cout << ocpp::Actions::names[action] << "\tRequest\t" << ocpp_j::writeCall(id, random.request(action))
                << '\n';
      std::cout << ocpp::Actions::names[action] << "\tResponse\t"
                << ocpp_j::writeCallResult(id, random.response(action)) << '\n';
    }
}

void printSoap(const Options& options, ocpp::Role service, std::string_view serviceName) {
  const ocpp::Version version = *options.soap;
  const ocpp_s::Dialect& dialect = ocpp_s::dialectFor(version);
  test::RandomMessages random(options.seed, ocpp::soapEncoding(version));
  ocpp_s::Codec codec;
  ocpp_s::Header header;
  header.chargeBoxIdentity = "CP <1>";
  header.messageId = "urn:uuid:1";
  header.from = header.to = "http://127.0.0.1/";
  const auto print = [&](std::size_t action, const char* half, const std::string& envelope) {
    std::cout << serviceName << '\t' << ocpp::Actions::names[action] << '\t' << half << '\t' << envelope << '\0';
  };
  for (std::size_t action = 0; action < ocpp::actionCount; ++action)
    for (int i = 0; i < options.count && ocpp_s::offers(version, service, action); ++i) {
      std::string request, reply;
      codec.writeRequest(request, dialect, service, header, random.request(action));
      codec.writeReply(reply, dialect, service, header, random.response(action));
      print(action, "Request", request);
      print(action, "Response", reply);
    }
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    std::cerr << "usage: random_messages [--count N] [--seed N] [--soap 1.2|1.5|1.6]\n";
    return 2;
  }
  if (options.soap) {
    printSoap(options, ocpp::Role::CentralSystem, "central_system");
    printSoap(options, ocpp::Role::ChargePoint, "charge_point");
  } else {
    printJson(options);
  }
  return std::cout.flush() ? 0 : 1;
}
