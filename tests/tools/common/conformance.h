// SPDX-License-Identifier: GPL-2.0-or-later
// Walks one peer through the scenarios; what is judged is on the wire.
#pragma once

#include <deque>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "bridge/loop.h"
#include "tests/tools/common/peer.h"
#include "tests/tools/common/run_options.h"

namespace tool {

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

  /// Begins when the peer is met; `done` is called once, from the loop. Throws bridge::BadConfiguration for unknown
  /// names of scenarios and profiles.
  Conformance(bridge::Loop& loop, const RunOptions& options, const Course& course, Peer& peer, std::ostream& out,
              Done done);

  /// A line of the operator. With --step any line begins the scenario that waits for it, and `late` ends a wait. `no`
  /// says that the peer cannot do what was asked for last, any other line that it is done.
  void hear(const std::string& line);

 private:
  using Verdict = Result::Verdict;

  void onMessage(const Message& message);
  void begin(const Peer::Refusal* refusal);
  void nextScenario();
  void firstStep();
  bool selected(const Scenario& scenario) const;
  std::string unsuitable(const Scenario& scenario, Verdict& verdict) const;
  void nextStep();
  void later();
  void await(const Step& step);
  void judgeReply(const Step& step, const Message& request, const Message& reply);
  bool arrived(const Step& step);
  void take(std::size_t index);
  void onTimer(const Step& step);
  void fail(const Step& step, const std::string& reason, const Message* first, const Message* second);
  void settle();
  void conclude(Verdict verdict, const std::string& reason);
  void finish();
  std::string filled(const char* text) const;
  bool runsIn(unsigned versions) const { return (versions & versionBit(peer_.version())) != 0; }

  const RunOptions& options_;
  Course course_;
  Peer& peer_;
  std::ostream& out_;
  Done done_;
  bridge::Timer timer_;
  std::vector<const Scenario*> queue_;
  std::size_t scenario_ = 0, step_ = 0;
  const Step* waiting_ = nullptr;
  std::string asked_;  ///< What the operator is to do.
  bool paused_ = false, confirming_ = false;
  std::deque<Message> unseen_;  ///< Requests that no step has taken.
  std::ptrdiff_t passed_ = 0;   ///< So many of them came before the one that the last step took.
  std::vector<Message> odd_;    ///< Messages of the peer that had to be tolerated.
  Message lastSent_, lastIn_;   ///< Our last request; whatever the peer sent last.
  ocpp::Instant since_{};
  std::vector<Peer::Value> times_;
  std::vector<Result> results_;
};

}  // namespace tool
