// SPDX-License-Identifier: GPL-2.0-or-later
// The system under test as a run of scenarios sees it; behind it is a charger or a central system.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/tools/common/message.h"
#include "tests/tools/common/scenario.h"

namespace tool {

class Peer {
 public:
  using Replied = std::function<void(const Message& request, const Message& reply)>;
  /// Why the run cannot begin, as a scenario that failed.
  struct Refusal {
    std::string name, title, reason;
  };
  using Met = std::function<void(const Refusal* refusal)>;
  /// What ${name} stands for. If it is "" and an option could give it, scenarios that name it are skipped.
  struct Value {
    std::string name, text, option;
  };

  virtual ~Peer() = default;

  /// For people: `charger CP1`.
  virtual std::string name() const = 0;
  /// Known when it was met.
  virtual ocpp::Version version() const = 0;
  /// Calls for each message from it and to it, in order.
  virtual void watch(Observer observer) = 0;
  /// `met` is called once, when the scenarios can begin (null) or never will.
  virtual void meet(Met met) = 0;
  /// Why it has no such profile; "" = it may have it.
  virtual std::string lacks(ocpp::Profile) const { return ""; }
  /// A step of Send, Repeat or Raw, with `payload` ready. `replied` is called once, perhaps at once.
  virtual void send(const Step& step, const std::string& payload, Replied replied) = 0;
  /// Rules of a step; "" = those of the beginning. Throws bridge::BadConfiguration that names `place`.
  virtual void setRules(const std::string& rules, const std::string& place) = 0;
  virtual std::vector<Value> values() const = 0;
  /// After a failure: it is where a scenario can begin, as far as it is known.
  virtual bool settled() const { return true; }
};

}  // namespace tool
