// SPDX-License-Identifier: GPL-2.0-or-later
// --trace: each message and what it became on the other side, next to each other.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/log.h"

namespace bridge {

/// One message on one of the two wires.
struct TracedMessage {
  enum class Wire { Soap, Json };
  enum class Way { In, Out };
  Wire wire = Wire::Soap;
  Way way = Way::In;
  std::string action;
  std::string text;
};

/// Collects what one event brought in and sent out, and prints pairs: SOAP on the left, JSON on the right. With JSON
/// logs every message is an object of its own (`soap-in`, `soap-out`, `json-in`, `json-out`).
class Trace {
 public:
  Trace(Log& log, bool on, std::size_t columns = 150) : log_(log), on_(on), columns_(columns) {}
  bool on() const { return on_; }

  void add(TracedMessage message) {
    if (on_) messages_.push_back(std::move(message));
  }
  /// Prints what was added since the last flush as belonging together.
  void flush(std::string_view identity);

 private:
  void printPair(std::string_view identity, const TracedMessage* left, const TracedMessage* right);
  Log& log_;
  bool on_;
  std::size_t columns_;
  std::vector<TracedMessage> messages_;
};

/// A SOAP body or a JSON frame in lines of at most `width` characters, for people.
std::vector<std::string> readableLines(const TracedMessage& message, std::size_t width);

}  // namespace bridge
