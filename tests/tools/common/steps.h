// SPDX-License-Identifier: GPL-2.0-or-later
// The words in which tables of scenarios are written.
#pragma once

#include <initializer_list>
#include <utility>
#include <vector>

#include "tests/tools/common/scenario.h"

namespace tool::steps {

using ocpp::Profile;
using tool::everywhere;
using tool::in12;
using tool::in15;
using tool::in16;
using tool::since15;
using Do = Step::Do;

inline Step send(const char* action, const char* payload, const char* expected, const char* rule,
                 unsigned versions = everywhere, const char* lacks = "") {
  return {Do::Send, action, payload, expected, rule, lacks, versions, 0};
}
/// `lacks`: the answer of a peer that rightly has no such thing.
inline Step send(const char* action, const char* payload, const char* expected, const char* rule, const char* lacks,
                 unsigned versions = everywhere) {
  return send(action, payload, expected, rule, versions, lacks);
}
inline Step repeat(const char* action, const char* expected, const char* rule) {
  return {Do::Repeat, action, "", expected, rule, "", everywhere, 0};
}
inline Step raw(const char* action, const char* xml, const char* expected, const char* rule,
                unsigned versions = everywhere) {
  return {Do::Raw, action, xml, expected, rule, "", versions, 0};
}
inline Step await(const char* action, const char* expected, const char* rule, unsigned versions = everywhere) {
  return {Do::Await, action, "", expected, rule, "", versions, 0};
}
inline Step next(const char* action, const char* expected, const char* rule) {
  return {Do::AwaitNext, action, "", expected, rule, "", everywhere, 0};
}
inline Step never(const char* action, int seconds, const char* rule) {
  return {Do::Never, action, "", "{}", rule, "", everywhere, seconds};
}
inline Step rules(const char* text) { return {Do::Rules, "", text, "", "", "", everywhere, 0}; }
inline Step ask(const char* what, unsigned versions = everywhere) {
  return {Do::Ask, "", what, "", "", "", versions, 0};
}
inline Step confirm(const char* what) { return {Do::Confirm, "", what, "", "", "", everywhere, 0}; }

/// One step or several, where a table has a list of steps.
struct Part {
  std::vector<Step> steps;
  Part(Step step) : steps{step} {}                          // NOLINT: a step is a part
  Part(std::vector<Step> many) : steps(std::move(many)) {}  // NOLINT: and so are several
};
inline std::vector<Step> all(std::initializer_list<Part> parts) {
  std::vector<Step> out;
  for (const Part& each : parts) out.insert(out.end(), each.steps.begin(), each.steps.end());
  return out;
}

}  // namespace tool::steps
