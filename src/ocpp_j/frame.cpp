// SPDX-License-Identifier: GPL-2.0-or-later
// Takes frames apart and puts them together.
#include "ocpp_j/frame.h"

#include "ocpp/text.h"
#include "ocpp_j/codec.h"
#include "ocpp_j/json_text.h"

namespace ocpp_j {

namespace {

constexpr std::size_t maxErrorDescription = 255;  // ER-5

/// The number that four hexadecimal digits at `at` make; -1 if there are none.
int hexadecimal(std::string_view text, std::size_t at) {
  if (at + 4 > text.size()) return -1;
  int value = 0;
  for (const char c : text.substr(at, 4)) {
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

bool isHigh(int unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool isLow(int unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

/// L-6: escapes of lone surrogates become those of U+FFFE, which is as illegal in XML and which the parser accepts.
std::string withoutLoneSurrogates(std::string_view json) {
  std::string out(json);
  for (std::size_t i = 0; i + 1 < out.size(); ++i) {
    if (out[i] != '\\') continue;
    ++i;
    const int unit = out[i] == 'u' ? hexadecimal(out, i + 1) : -1;
    if (isHigh(unit) && out.compare(i + 5, 2, "\\u") == 0 && isLow(hexadecimal(out, i + 7)))
      i += 10;
    else if (isHigh(unit) || isLow(unit))
      out.replace(i + 1, 4, "fffe");
  }
  return out;
}

void open(std::string& out, char type, std::string_view id) {
  out.append("[").append(1, type).append(",");
  appendText(out, id, 0);
  out += ',';
}

/// Fills everything but the id; the reason if it is not a frame, else "".
std::string_view takeApart(Frame& frame) {
  const JsonValue root = frame.tree.root();
  if (root.type() != JsonType::Array) return "not an array";
  if (root.first().type() != JsonType::Integer) return "no message type";
  const std::int64_t type = root.first().integer();
  if (type < 2 || type > 4) {
    frame.kind = Frame::Kind::Ignored;
    return "unknown message type";
  }
  if (frame.id.empty()) return "no message id";
  const std::size_t most = type == 2 ? 4 : type == 3 ? 3 : 5;
  if (root.size() > most) return "too many elements";
  const JsonValue third = frame.at(2);
  if (type != 3 && third.type() != JsonType::Text) return type == 2 ? "no action" : "no error code";
  frame.payloadPlace = most - 1;
  if (type == 2) {
    frame.kind = Frame::Kind::Call;
    frame.action = third.text();
  } else if (type == 3) {
    frame.kind = Frame::Kind::CallResult;
  } else {
    frame.kind = Frame::Kind::CallError;
    frame.errorCode = third.text();
    frame.errorDescription = frame.at(3).text();
  }
  return {};
}

}  // namespace

JsonValue Frame::at(std::size_t index) const {
  JsonValue value = tree.root().first();
  for (; index > 0 && value; --index) value = value.next();
  return value;
}

Frame readFrame(std::string_view text) {
  Frame frame;
  const bool whole = frame.tree.parse(text) ||
                     (text.find("\\u") != std::string_view::npos && frame.tree.parse(withoutLoneSurrogates(text)));
  const JsonValue id = frame.at(1);
  if (id.type() == JsonType::Text) frame.id = id.text();
  if (whole)
    frame.problem = takeApart(frame);
  else
    frame.problem = frame.tree.problem();
  return frame;
}

ocpp::Fault faultOf(const Frame& callError) {
  const ocpp::FaultCode code = ocpp::faultFromJson(callError.errorCode);
  std::string description = callError.errorDescription;
  const bool known = code != ocpp::FaultCode::GenericError || callError.errorCode == "GenericError";
  if (!known) description = callError.errorCode + (description.empty() ? "" : ": ") + description;
  return {code, std::string(ocpp::cutTo(description, maxErrorDescription))};
}

void appendCall(std::string& out, std::string_view id, const ocpp::Request& request) {
  open(out, '2', id);
  out.append("\"").append(ocpp::actionName(request)).append("\",");
  appendPayload(out, request);
  out += ']';
}

void appendCallResult(std::string& out, std::string_view id, const ocpp::Response& response) {
  open(out, '3', id);
  appendPayload(out, response);
  out += ']';
}

void appendCallError(std::string& out, std::string_view id, const ocpp::Fault& fault) {
  open(out, '4', id);
  out.append("\"").append(ocpp::faultRow(fault.code).jsonCode).append("\",");
  appendText(out, fault.description, maxErrorDescription);
  out += ",{}]";
}

std::string writeCall(std::string_view id, const ocpp::Request& request) {
  std::string out;
  out.reserve(256);
  appendCall(out, id, request);
  return out;
}

std::string writeCallResult(std::string_view id, const ocpp::Response& response) {
  std::string out;
  out.reserve(128);
  appendCallResult(out, id, response);
  return out;
}

std::string writeCallError(std::string_view id, const ocpp::Fault& fault) {
  std::string out;
  appendCallError(out, id, fault);
  return out;
}

}  // namespace ocpp_j
