// SPDX-License-Identifier: GPL-2.0-or-later
// Bad answers of a charge point to the central system's requests, such as real ones have given.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "bridge/http_message.h"
#include "bridge/http_server.h"
#include "ocpp_s/dialect.h"
#include "ocpp_s/envelope.h"
#include "tests/tools/common/line.h"

namespace cp {

/// What is done to a good answer; the request has had its effect.
enum class Mischief {
  None,
  Late,            ///< It comes after some seconds.
  Soap11,          ///< In an envelope of SOAP 1.1.
  OtherRelatesTo,  ///< It relates to a message that nobody has sent.
  NoRelatesTo,     ///< It does not say what it relates to.
  BrokenXml,       ///< Its last tags are missing.
  Html,            ///< A page for people instead, with status 200.
  Empty,           ///< 200 and no body.
  Truncated,       ///< Half of it, then the connection ends.
  Reset,           ///< The connection is reset.
  Silence          ///< Nothing, and the connection stays open.
};

struct Misbehaviour {
  Mischief kind = Mischief::None;
  std::chrono::seconds delay{0};  ///< Late.
  std::string action;             ///< "" = all.
  std::string name;               ///< Its word.

  /// What is done to the answer to this action.
  Mischief with(const std::string& answered) const {
    return action.empty() || action == answered ? kind : Mischief::None;
  }
};

/// `late SECONDS`, `html`, ..., and an action that it is for. Throws bridge::BadConfiguration.
Misbehaviour readMisbehaviour(tool::Line& line);
/// Its words, for help.
std::string mischiefNames();

/// Before the answer is written.
void spoil(Mischief kind, ocpp_s::Dialect& dialect, ocpp_s::Header& header);
/// When it is written.
void deliver(Mischief kind, bridge::HttpResponse&& response, const bridge::Responder& responder);

}  // namespace cp
