// SPDX-License-Identifier: GPL-2.0-or-later
// The words for bad answers, and how each is made.
#include "tests/tools/cp/mischief.h"

#include <algorithm>
#include <iterator>

#include "bridge/random_id.h"
#include "ocpp/messages.h"

namespace cp {

namespace {

struct Row {
  const char* name;
  Mischief kind;
};
constexpr Row rows[] = {
    {"late", Mischief::Late},
    {"soap11", Mischief::Soap11},
    {"other-relates-to", Mischief::OtherRelatesTo},
    {"no-relates-to", Mischief::NoRelatesTo},
    {"broken-xml", Mischief::BrokenXml},
    {"html", Mischief::Html},
    {"empty", Mischief::Empty},
    {"truncated", Mischief::Truncated},
    {"reset", Mischief::Reset},
    {"silence", Mischief::Silence},
};

constexpr const char* page =
    "<!DOCTYPE html>\n<html><head><title>Charge point</title></head><body><p>Please log in.<br></body></html>\n";

/// What is on the wire when the body is cut off.
std::string half(const bridge::HttpResponse& response) {
  std::string out = "HTTP/1.1 " + std::to_string(response.status) + " Answer\r\n";
  for (const auto& [name, value] : response.headers) out.append(name).append(": ").append(value).append("\r\n");
  return out + "Content-Length: " + std::to_string(response.body.size()) + "\r\n\r\n" +
         response.body.substr(0, response.body.size() / 2);
}

}  // namespace

std::string mischiefNames() {
  std::string out;
  for (const Row& row : rows) out.append(out.empty() ? "" : ", ").append(row.name);
  return out;
}

Misbehaviour readMisbehaviour(tool::Line& line) {
  Misbehaviour out;
  out.name = line.word("a way to misbehave");
  const auto row = std::find_if(std::begin(rows), std::end(rows), [&](const Row& r) { return out.name == r.name; });
  if (row == std::end(rows)) line.wrong("'" + out.name + "' is none of " + mischiefNames());
  out.kind = row->kind;
  if (out.kind == Mischief::Late) out.delay = std::chrono::seconds(line.number("seconds", 1, 86400));
  if (line.empty()) return out;
  out.action = line.word("an action");
  const auto index = ocpp::findAction(out.action);
  if (!index || ocpp::Actions::senders[*index] == ocpp::Role::ChargePoint)
    line.wrong("'" + out.action + "' is no message of central systems");
  return out;
}

void spoil(Mischief kind, ocpp_s::Dialect& dialect, ocpp_s::Header& header) {
  if (kind == Mischief::Soap11) dialect.manner.soap11 = true;
  if (kind == Mischief::OtherRelatesTo) header.relatesTo = "urn:uuid:" + bridge::newUuid();
  if (kind == Mischief::NoRelatesTo) header.relatesTo.clear();
}

void deliver(Mischief kind, bridge::HttpResponse&& response, const bridge::Responder& responder) {
  switch (kind) {
    case Mischief::Silence: return responder.leaveUnanswered();
    case Mischief::Reset: return responder.breakOff("");
    case Mischief::Truncated: return responder.breakOff(half(response));
    case Mischief::Empty: response.body.clear(); break;
    case Mischief::BrokenXml: response.body.resize(response.body.rfind("</")); break;
    case Mischief::Html:
      response = {};
      response.headers.add("Content-Type", "text/html; charset=utf-8");
      response.body = page;
      break;
    default: break;
  }
  responder.respond(std::move(response));
}

}  // namespace cp
