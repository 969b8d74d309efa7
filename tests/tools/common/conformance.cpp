// SPDX-License-Identifier: GPL-2.0-or-later
// The engine of conformance runs: one step after the other, each with its time.
#include "tests/tools/common/conformance.h"

#include <algorithm>
#include <set>

#include "bridge/log.h"
#include "bridge/options.h"

namespace tool {

namespace {

using bridge::wallClock;
using Do = Step::Do;
using Kind = Message::Kind;

/// The next message of the peer goes out only when it has its answer.
constexpr std::chrono::milliseconds breath{20};
constexpr std::chrono::milliseconds calm{500};

constexpr std::string_view aFault = "fault";

/// Of the last row: so many different deviations, each with a message that has it.
constexpr std::size_t mostShown = 10;

std::string oddity(const Message& message) { return message.notes.empty() ? message.text : message.notes.front(); }

std::string asText(ocpp::Instant at) { return ocpp::formatDateTime(at, ocpp::Fraction::None); }

template <class Has>
void demandKnown(const Course& course, const std::vector<std::string>& names, const std::string& option,
                 const Has& has) {
  for (const std::string& name : names)
    if (std::none_of(course.scenarios.begin(), course.scenarios.end(),
                     [&](const Scenario& each) { return has(each, name); }))
      throw bridge::BadConfiguration("option " + option + ": no '" + name + "'; see conformance --list");
}

bool replaceAll(std::string& text, const std::string& name, const std::string& value) {
  bool found = false;
  for (std::size_t at = 0; (at = text.find(name, at)) != std::string::npos; at += value.size()) {
    text.replace(at, name.size(), value);
    found = true;
  }
  return found;
}

bool mentions(const Scenario& scenario, const std::string& name) {
  return std::any_of(scenario.steps.begin(), scenario.steps.end(), [&](const Step& each) {
    return (std::string(each.payload) + each.expected).find("${" + name + "}") != std::string::npos;
  });
}

/// True if the reply is what a step wants; `where` gets the path that differs.
bool fitsExpected(const Message& reply, const std::string& wanted, std::string& where) {
  if (wanted.compare(0, aFault.size(), aFault) != 0)
    return reply.kind == Kind::Response && matches(reply.payload, Json::parse(wanted), where);
  const std::string codes = wanted.substr(std::min(wanted.size(), aFault.size() + 1));
  std::string ignored;
  return reply.kind == Kind::Fault &&
         (codes.empty() || matches(Json(reply.text.substr(0, reply.text.find(':'))), Json(codes), ignored));
}

}  // namespace

Conformance::Conformance(bridge::Loop& loop, const RunOptions& options, const Course& course, Peer& peer,
                         std::ostream& out, Done done)
    : options_(options), course_(course), peer_(peer), out_(out), done_(std::move(done)), timer_(loop) {
  demandKnown(course, options.only, "only", [](const Scenario& s, const std::string& name) { return name == s.name; });
  demandKnown(course, options.profiles, course.profileOption,
              [](const Scenario& s, const std::string& name) { return name == profileOption(s.profile); });
  for (const Scenario& each : course_.scenarios)
    if (selected(each)) queue_.push_back(&each);
  peer_.watch([this](const Message& message) { onMessage(message); });
  peer_.meet([this](const Peer::Refusal* refusal) { begin(refusal); });
}

bool Conformance::selected(const Scenario& scenario) const {
  const auto named = [](const std::vector<std::string>& list, std::string_view name) {
    return list.empty() || std::find(list.begin(), list.end(), name) != list.end();
  };
  return named(options_.only, scenario.name) && named(options_.profiles, profileOption(scenario.profile));
}

void Conformance::onMessage(const Message& message) {
  if (message.incoming) lastIn_ = message;
  if (!message.incoming && message.kind == Kind::Request) lastSent_ = message;
  const bool unread = message.kind == Kind::Trouble && message.action.empty();
  if (message.incoming && (unread || !message.notes.empty())) odd_.push_back(message);
  if (!message.incoming || message.kind != Kind::Request) return;
  unseen_.push_back(message);
  if (waiting_ != nullptr && arrived(*waiting_)) later();
}

void Conformance::begin(const Peer::Refusal* refusal) {
  if (refusal == nullptr) {
    out_ << peer_.name() << " speaks OCPP " << ocpp::name(peer_.version()) << std::endl;
    return nextScenario();
  }
  Result nothing;
  nothing.verdict = Verdict::Failed;
  nothing.name = refusal->name;
  nothing.title = refusal->title;
  nothing.reason = refusal->reason;
  results_.push_back(nothing);
  done_(results_);
}

/// Why a scenario is not run; "" = it is.
std::string Conformance::unsuitable(const Scenario& scenario, Verdict& verdict) const {
  verdict = Verdict::NotApplicable;
  if (!runsIn(scenario.versions)) return "not in OCPP " + std::string(ocpp::name(peer_.version()));
  const std::string lack = peer_.lacks(scenario.profile);
  if (!lack.empty()) return lack;
  verdict = Verdict::Skipped;
  for (const Peer::Value& each : peer_.values())
    if (each.text.empty() && !each.option.empty() && mentions(scenario, each.name))
      return "needs the option --" + each.option;
  return scenario.needsOperator && !options_.operatorPresent ? "needs an operator (--operator)" : "";
}

void Conformance::nextScenario() {
  if (scenario_ == queue_.size()) return finish();
  const Scenario& scenario = *queue_[scenario_];
  since_ = wallClock();
  peer_.setRules("", scenario.name);
  Verdict verdict{};
  const std::string why = unsuitable(scenario, verdict);
  if (!why.empty()) return conclude(verdict, why);
  out_ << scenario.name << ": " << scenario.title << std::endl;
  paused_ = options_.step;
  if (!paused_) firstStep();
}

/// Its times count from here, and what was said before counts no more.
void Conformance::firstStep() {
  since_ = wallClock();
  times_ = {{"now", asText(since_), ""},
            {"before", asText(since_ - std::chrono::minutes(1)), ""},
            {"soon", asText(since_ + std::chrono::seconds(3)), ""},
            {"later", asText(since_ + std::chrono::hours(1)), ""},
            {"halfHourAgo", asText(since_ - std::chrono::minutes(30)), ""},
            {"hourAgo", asText(since_ - std::chrono::hours(1)), ""}};
  step_ = 0;
  unseen_.clear();
  asked_.clear();
  passed_ = 0;
  nextStep();
}

void Conformance::hear(const std::string& line) {
  if (paused_) {
    paused_ = false;
    return firstStep();
  }
  if (options_.step && waiting_ != nullptr && line == "late") {
    timer_.stop();
    return onTimer(*waiting_);
  }
  if (confirming_ && line != "no") {
    confirming_ = false;
    return nextStep();
  }
  const bool possible = confirming_ || (waiting_ != nullptr && !asked_.empty());
  if (!possible || line != "no") return;
  confirming_ = false;
  waiting_ = nullptr;
  conclude(Verdict::NotApplicable, "the operator cannot do this: " + asked_);
}

std::string Conformance::filled(const char* text) const {
  std::string out = text;
  for (const Peer::Value& each : peer_.values()) replaceAll(out, "${" + each.name + "}", each.text);
  for (const Peer::Value& each : times_) replaceAll(out, "${" + each.name + "}", each.text);
  return out;
}

void Conformance::nextStep() {
  const Scenario& scenario = *queue_[scenario_];
  if (step_ == scenario.steps.size()) return conclude(Verdict::Passed, "");
  const Step& step = scenario.steps[step_++];
  if (!runsIn(step.versions)) return nextStep();
  switch (step.what) {
    case Do::Send:
    case Do::Repeat:
    case Do::Raw:
      return peer_.send(step, filled(step.payload), [this, &step](const Message& request, const Message& reply) {
        judgeReply(step, request, reply);
      });
    case Do::Await:
    case Do::AwaitNext:
    case Do::Never: return await(step);
    case Do::Rules:
      peer_.setRules(step.payload, scenario.name);
      unseen_.clear();
      passed_ = 0;
      break;
    case Do::Ask:
    case Do::Confirm:
      asked_ = filled(step.payload);
      confirming_ = step.what == Do::Confirm;
      out_ << "OPERATOR: " << asked_ << (confirming_ ? " (then press Enter)" : "") << std::endl;
      if (confirming_) return;
      break;
  }
  nextStep();
}

void Conformance::later() {
  waiting_ = nullptr;
  timer_.start(breath, [this] { nextStep(); });
}

void Conformance::judgeReply(const Step& step, const Message& request, const Message& reply) {
  const std::string wanted = filled(step.expected);
  std::string where;
  if (fitsExpected(reply, wanted, where)) return later();
  const bool optional = queue_[scenario_]->profile != ocpp::Profile::Core;
  if (optional && reply.kind == Kind::Fault && reply.text.rfind("NotSupported:", 0) == 0)
    return conclude(Verdict::NotApplicable, std::string(step.action) + " got the fault " + reply.text);
  std::string ignored;
  if (step.lacks[0] != '\0' && reply.kind == Kind::Response && matches(reply.payload, Json::parse(step.lacks), ignored))
    return conclude(Verdict::NotApplicable, std::string(step.action) + " got " + compact(reply.payload));
  const std::string got = reply.kind == Kind::Response ? compact(reply.payload) : reply.text;
  fail(step, "expected " + wanted + (where.empty() ? "" : " (differs at " + where + ")") + ", got " + got, &request,
       &reply);
}

void Conformance::await(const Step& step) {
  waiting_ = &step;
  if (step.what == Do::AwaitNext) unseen_.erase(unseen_.begin(), unseen_.begin() + passed_);
  passed_ = 0;
  if (arrived(step)) return later();
  if (waiting_ == nullptr) return;  // it has failed
  if (options_.step && step.what != Do::Never)
    out_ << "waiting for " << step.action << " " << filled(step.expected) << std::endl;
  timer_.start(std::chrono::seconds(step.seconds != 0 ? step.seconds : options_.patience),
               [this, &step] { onTimer(step); });
}

/// True if what the step waits for is there. Fails the scenario if the step forbids what is there.
bool Conformance::arrived(const Step& step) {
  const Json wanted = Json::parse(filled(step.expected));
  const auto place = std::find_if(unseen_.begin(), unseen_.end(), [&](const Message& message) {
    std::string ignored;
    return message.action == step.action && matches(message.payload, wanted, ignored);
  });
  const bool there = place != unseen_.end();
  if (step.what == Do::Never ? there : step.what == Do::AwaitNext && !unseen_.empty() && place != unseen_.begin()) {
    const Message unwanted = step.what == Do::Never ? *place : unseen_.front();
    fail(step,
         (step.what == Do::Never ? "expected no " : "expected nothing but ") + std::string(step.action) + ", got " +
             oneLine(unwanted, course_.we()),
         &lastSent_, &unwanted);
    return false;
  }
  if (!there) return false;
  take(static_cast<std::size_t>(place - unseen_.begin()));
  return true;
}

/// Takes a message out, and with it the earlier ones of the same action: what they said is outdated.
void Conformance::take(std::size_t index) {
  const std::string action = unseen_[index].action;
  const auto end = unseen_.begin() + static_cast<std::ptrdiff_t>(index);
  const auto kept = std::remove_if(unseen_.begin(), end, [&](const Message& each) { return each.action == action; });
  passed_ = kept - unseen_.begin();
  unseen_.erase(kept, end + 1);
}

void Conformance::onTimer(const Step& step) {
  waiting_ = nullptr;
  if (step.what == Do::Never) return nextStep();
  const auto near = std::find_if(unseen_.rbegin(), unseen_.rend(),
                                 [&](const Message& message) { return message.action == step.action; });
  const Message nearest = near == unseen_.rend() ? lastIn_ : *near;
  fail(step,
       std::string("no ") + step.action + " " + filled(step.expected) + " in " + std::to_string(options_.patience) +
           " s",
       &lastSent_, &nearest);
}

void Conformance::fail(const Step& step, const std::string& reason, const Message* first, const Message* second) {
  waiting_ = nullptr;
  Result result;
  result.rule = step.rule;
  result.messages = {*first, *second};
  results_.push_back(result);
  conclude(Verdict::Failed, reason);
}

/// A failed scenario has its result already, for the messages.
void Conformance::conclude(Verdict verdict, const std::string& reason) {
  const Scenario& scenario = *queue_[scenario_++];
  if (verdict != Verdict::Failed) results_.emplace_back();
  Result& result = results_.back();
  result.verdict = verdict;
  result.name = scenario.name;
  result.title = scenario.title;
  result.profile = std::string(profileName(scenario.profile));
  result.reason = reason;
  result.seconds = static_cast<double>((wallClock() - since_).count()) / 1000;
  peer_.setRules("", scenario.name);
  since_ = wallClock();
  timer_.start(breath, [this, verdict] { verdict == Verdict::Failed ? settle() : nextScenario(); });
}

/// After a failure the peer may be in the middle of something: until it is settled and silent, or patience ends.
void Conformance::settle() {
  const bool silent = wallClock() - lastIn_.at >= calm;
  if ((peer_.settled() && silent) || wallClock() - since_ >= std::chrono::seconds(options_.patience))
    return nextScenario();
  timer_.start(calm / 5, [this] { settle(); });
}

/// Last of all: what had to be tolerated in any message.
void Conformance::finish() {
  Result result;
  result.name = std::string("OSG_CONTRACT_") + course_.suffix();
  result.title = "All messages follow the contract of the version";
  result.profile = "Core";
  if (!odd_.empty()) {
    result.verdict = Verdict::Failed;
    result.reason =
        std::to_string(odd_.size()) + " messages break it or had to be tolerated; the first: " + oddity(odd_.front());
    result.rule = "the WSDL of the version, and OCPP-S section 4 on WS-Addressing";
    std::set<std::string> shown;
    for (const Message& each : odd_)
      if (shown.size() < mostShown && shown.insert(oddity(each)).second) result.messages.push_back(each);
  }
  results_.push_back(result);
  done_(results_);
}

}  // namespace tool
