// SPDX-License-Identifier: GPL-2.0-or-later
// Builds the Operations of a version from gSOAP's classes; included by body_12/15/16.cpp, behind soapH.h.
#pragma once

#include <variant>

#include "ocpp_s/body.h"
#include "ocpp_s/convert.h"

namespace ocpp_s {

template <class Generated, class Ours, class Payload>
bool readBody(::soap* soap, Reader& reader, Payload& out) {
  Generated generated;
  if (generated.soap_in(soap, nullptr, nullptr) == nullptr || soap_body_end_in(soap) != SOAP_OK) return false;
  readFields(reader, generated, out.template emplace<Ours>());
  return true;
}

template <class Generated, class Ours, class Payload>
bool writeBody(::soap* soap, const char* tag, const Writer& writer, const Payload& payload) {
  Generated generated;
  writeFields(writer, std::get<Ours>(payload), generated);
  return generated.soap_out(soap, tag, -2, "") == SOAP_OK;
}

template <class Action, class GeneratedRequest, class GeneratedResponse>
constexpr Operation operation() {
  return {&readBody<GeneratedRequest, typename Action::Request, ocpp::Request>,
          &readBody<GeneratedResponse, typename Action::Response, ocpp::Response>,
          &writeBody<GeneratedRequest, typename Action::Request, ocpp::Request>,
          &writeBody<GeneratedResponse, typename Action::Response, ocpp::Response>};
}

}  // namespace ocpp_s

// One cell of wire.h becomes statements in a function with `Operations all`. N is 12, 15 or 16.
#define WIRE_none(action, n)
#define WIRE_cs(action, n)                         \
  all.centralSystem[ocpp::indexOf<ocpp::action>] = \
      operation<ocpp::action, ::cs##n##__##action##Request, ::cs##n##__##action##Response>();
#define WIRE_cp(action, n)                       \
  all.chargePoint[ocpp::indexOf<ocpp::action>] = \
      operation<ocpp::action, ::cp##n##__##action##Request, ::cp##n##__##action##Response>();
#define WIRE_both(action, n) WIRE_cs(action, n) WIRE_cp(action, n)
