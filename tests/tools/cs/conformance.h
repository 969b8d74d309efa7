// SPDX-License-Identifier: GPL-2.0-or-later
// Walks one charger through the scenarios; what is judged is on the wire.
#pragma once

#include <deque>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "bridge/loop.h"
#include "tests/tools/cs/central.h"
#include "tests/tools/cs/options.h"
#include "tests/tools/cs/scenario.h"

namespace cs {

/// What came out of one scenario.
struct Result {
  enum class Verdict { Passed, Failed, NotApplicable, Skipped } verdict = Verdict::Passed;
  std::string name, title, profile;
  std::string reason;             ///< What was expected and what came; why it was not applicable or skipped.
  std::string rule;               ///< Section of the specification that was broken.
  std::vector<Message> messages;  ///< Failed: the two messages that show it.
  double seconds = 0;
};

class Conformance {
 public:
  using Done = std::function<void(const std::vector<Result>&)>;

  /// Begins when the charger is heard (at once if its address is given); `done` is called once, from the loop. Throws
  /// bridge::BadConfiguration for unknown names of scenarios and profiles.
  Conformance(bridge::Loop& loop, const Options& options, Central& central, std::ostream& out, Done done);

  /// With --step: begins the scenario that waits for it.
  void goOn();

 private:
  using Verdict = Result::Verdict;

  void onMessage(const Message& message);
  void begin();
  void probe();
  void nextScenario();
  bool selected(const Scenario& scenario) const;
  std::string unsuitable(const Scenario& scenario, Verdict& verdict) const;
  void nextStep();
  void later();
  void send(const Step& step);
  void await(const Step& step);
  void judgeReply(const Step& step, const Outcome& outcome);
  bool arrived(const Step& step);
  void take(std::size_t index);
  void onTimer(const Step& step);
  void fail(const Step& step, const std::string& reason, const Message* first, const Message* second);
  void settle();
  void conclude(Verdict verdict, const std::string& reason);
  void finish();
  std::string filled(const char* json) const;

  bridge::Loop& loop_;
  const Options& options_;
  Central& central_;
  std::ostream& out_;
  Done done_;
  Rules base_;
  bridge::Timer timer_;
  std::vector<const Scenario*> queue_;
  std::size_t scenario_ = 0, step_ = 0;
  const Step* waiting_ = nullptr;
  bool begun_ = false, paused_ = false;
  std::string supported_;       ///< SupportedFeatureProfiles; "" = not told.
  std::deque<Message> unseen_;  ///< Requests that no step has taken.
  std::ptrdiff_t passed_ = 0;   ///< So many of them came before the one that the last step took.
  std::vector<Message> odd_;    ///< Messages of the charger that had to be tolerated.
  Message lastSent_, lastIn_;   ///< Our last operation; whatever the charger sent last.
  ocpp::Instant since_{};
  std::string now_, before_, soon_, later_;
  std::vector<Result> results_;
};

/// Names, titles, versions and profiles, for --list.
std::string scenarioList();

}  // namespace cs
