// SPDX-License-Identifier: GPL-2.0-or-later
// Finds the message struct of an action and runs the visitors over it.
#include "ocpp_j/codec.h"

#include <array>
#include <utility>
#include <variant>

#include "ocpp_j/payload_reader.h"
#include "ocpp_j/payload_writer.h"

namespace ocpp_j {

namespace {

template <class Payload>
using ReadFunction = ocpp::Result<Payload> (*)(JsonValue, ReadMode, ocpp::ReadNotes&);

template <class Payload, ocpp::Half half, std::size_t I>
ocpp::Result<Payload> readAs(JsonValue payload, ReadMode mode, ocpp::ReadNotes& notes) {
  ocpp::Result<Payload> result{Payload(std::in_place_index<I>)};
  PayloadReader reader(mode, half, ocpp::Actions::deliveries[I], notes);
  if (!reader.message(payload, std::get<I>(*result))) result = reader.fault();
  return result;
}

template <class Payload, ocpp::Half half, std::size_t... I>
constexpr std::array<ReadFunction<Payload>, sizeof...(I)> readers(std::index_sequence<I...>) {
  return {&readAs<Payload, half, I>...};
}

constexpr auto requestReaders =
    readers<ocpp::Request, ocpp::Half::Request>(std::make_index_sequence<ocpp::actionCount>());
constexpr auto responseReaders =
    readers<ocpp::Response, ocpp::Half::Response>(std::make_index_sequence<ocpp::actionCount>());

}  // namespace

ocpp::Result<ocpp::Request> readRequest(std::string_view action, JsonValue payload, ReadMode mode,
                                        ocpp::ReadNotes& notes) {
  const auto index = ocpp::findAction(action);
  if (!index)
    return ocpp::Fault{ocpp::FaultCode::NotImplemented, "unknown action " + std::string(ocpp::cutTo(action, 50))};
  return requestReaders[*index](payload, mode, notes);
}

ocpp::Result<ocpp::Response> readResponse(std::size_t actionIndex, JsonValue payload, ReadMode mode,
                                          ocpp::ReadNotes& notes) {
  return responseReaders.at(actionIndex)(payload, mode, notes);
}

void appendPayload(std::string& out, const ocpp::Request& request) {
  std::visit([&](const auto& message) { appendObject(out, message); }, request);
}

void appendPayload(std::string& out, const ocpp::Response& response) {
  std::visit([&](const auto& message) { appendObject(out, message); }, response);
}

}  // namespace ocpp_j
