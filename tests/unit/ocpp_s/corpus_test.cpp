// SPDX-License-Identifier: GPL-2.0-or-later
// Sweep over envelopes collected in the field, when they are at hand (../shared/corpus or $OCPP_SHARED/corpus): each is
// read, or refused for a reason that stands here. With OCPP_SWEEP=1 in the environment the result is printed.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <variant>

#include "ocpp_s/envelope.h"
#include "tests/support/test.h"

namespace {

namespace fs = std::filesystem;

fs::path corpus() {
  const char* shared = std::getenv("OCPP_SHARED");
  return fs::path(shared ? shared : "../shared") / "corpus";
}

std::string contents(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream all;
  all << in.rdbuf();
  return all.str();
}

/// "42-1.5-authorizeRequest-..." -> authorizeRequest
std::string operationOf(const std::string& file) {
  std::size_t at = file.find('-', file.find('-') + 1) + 1;
  return file.substr(at, file.find('-', at) - at);
}

std::string notesOf(const ocpp_s::Incoming& incoming) {
  std::string all;
  for (const auto& note : incoming.notes) all += (all.empty() ? "" : "; ") + note.path + " " + note.text;
  return all;
}

struct Outcome {
  bool read = false;
  std::string text;
};

Outcome sweep(ocpp_s::Codec& codec, const std::string& operation, const std::string& xml) {
  if (const auto action = ocpp_s::findWrapper(operation, ocpp::Half::Request)) {
    const bool central = ocpp::Actions::senders[*action] != ocpp::Role::CentralSystem;
    auto outcome = codec.readRequest(xml, central ? ocpp::Role::CentralSystem : ocpp::Role::ChargePoint);
    if (auto* failure = std::get_if<ocpp_s::ReadFailure>(&outcome)) return {false, failure->fault.description};
    const auto& message = std::get<ocpp_s::RequestMessage>(outcome);
    return {message.request.index() == *action, notesOf(message)};
  }
  const auto action = ocpp_s::findWrapper(operation, ocpp::Half::Response);
  const ocpp_s::ReplyMessage reply = codec.readReply(xml, action.value_or(ocpp::indexOf<ocpp::StopTransaction>));
  if (const auto* fault = std::get_if<ocpp::Fault>(&reply.outcome))
    return {operation == "fault" && reply.soapFault,
            std::string(ocpp::faultRow(fault->code).jsonCode) + ": " + fault->description};
  return {operation != "fault", notesOf(reply)};
}

}  // namespace

TEST(CorpusSweep, "every envelope collected in the field is read, or refused for a stated reason") {
  const std::map<std::string, std::string> refused;  // none
  if (!fs::is_directory(corpus())) return;
  ocpp_s::Codec codec;
  for (const auto& entry : fs::directory_iterator(corpus())) {
    if (entry.path().extension() != ".xml") continue;
    const std::string file = entry.path().filename().string();
    const Outcome outcome = sweep(codec, operationOf(file), contents(entry.path()));
    if (std::getenv("OCPP_SWEEP"))
      std::cout << file << " | " << (outcome.read ? outcome.text.empty() ? "read" : "read with notes" : "refused")
                << " | " << outcome.text << "\n";
    CPPUNIT_ASSERT_MESSAGE(file + ": " + outcome.text, outcome.read || refused.count(file) != 0);
  }
}
