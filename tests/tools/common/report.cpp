// SPDX-License-Identifier: GPL-2.0-or-later
// Writes the three forms of a result.
#include "tests/tools/common/report.h"

#include <algorithm>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <pugixml.hpp>
#include <sstream>

namespace tool {

namespace {

using Verdict = Result::Verdict;
constexpr const char* words[] = {"passed", "FAILED", "not applicable", "skipped"};

const char* word(Verdict verdict) { return words[static_cast<std::size_t>(verdict)]; }

std::ptrdiff_t count(const std::vector<Result>& results, Verdict verdict) {
  return std::count_if(results.begin(), results.end(), [&](const Result& each) { return each.verdict == verdict; });
}

/// Reason, rule and messages of a failure, each line with `prefix`.
std::string details(const Result& result, const std::string& prefix, ocpp::Role we, bool xml) {
  std::string out = prefix + result.reason + "\n";
  if (!result.rule.empty()) out += prefix + "rule: " + result.rule + "\n";
  for (const Message& message : result.messages) {
    if (message.action.empty() && message.text.empty()) continue;
    out += prefix + oneLine(message, we) + "\n";
    if (xml && !message.xml.empty()) out += message.xml + "\n";
  }
  return out;
}

void table(const std::vector<Result>& results, ocpp::Role we, std::ostream& out) {
  std::size_t widest = 0;
  for (const Result& each : results) widest = std::max(widest, each.name.size());
  for (const Result& each : results) {
    out << std::left << std::setw(static_cast<int>(widest) + 2) << each.name << std::setw(16) << word(each.verdict)
        << each.title << "\n";
    if (each.verdict == Verdict::Failed)
      out << details(each, "    ", we, false);
    else if (!each.reason.empty())
      out << "    " << each.reason << "\n";
  }
  out << count(results, Verdict::Passed) << " passed, " << count(results, Verdict::Failed) << " failed, "
      << count(results, Verdict::NotApplicable) << " not applicable, " << count(results, Verdict::Skipped) << " skipped"
      << std::endl;
}

std::string tap(const std::vector<Result>& results, ocpp::Role we) {
  std::ostringstream out;
  out << "TAP version 13\n1.." << results.size() << "\n";
  int number = 0;
  for (const Result& each : results) {
    out << (each.verdict == Verdict::Failed ? "not ok " : "ok ") << ++number << " - " << each.name << " " << each.title;
    if (each.verdict == Verdict::NotApplicable) out << " # SKIP not applicable: " << each.reason;
    if (each.verdict == Verdict::Skipped) out << " # SKIP " << each.reason;
    out << "\n";
    if (each.verdict == Verdict::Failed) out << details(each, "# ", we, false);
  }
  return out.str();
}

/// What may stand in XML 1.0: no control characters, only whole UTF-8.
std::string xmlText(const std::string& text) {
  std::string out = Json::parse(compact(Json(text))).get<std::string>();
  for (char& each : out)
    if (static_cast<unsigned char>(each) < ' ' && each != '\n' && each != '\t') each = '?';
  return out;
}

std::string junit(const std::vector<Result>& results, const std::string& subject, ocpp::Role we) {
  pugi::xml_document document;
  auto suite = document.append_child("testsuite");
  suite.append_attribute("name") = xmlText(subject).c_str();
  suite.append_attribute("tests") = static_cast<unsigned>(results.size());
  suite.append_attribute("failures") = static_cast<unsigned>(count(results, Verdict::Failed));
  suite.append_attribute("skipped") =
      static_cast<unsigned>(count(results, Verdict::NotApplicable) + count(results, Verdict::Skipped));
  for (const Result& each : results) {
    auto one = suite.append_child("testcase");
    one.append_attribute("classname") = ("ocpp." + (each.profile.empty() ? "Core" : each.profile)).c_str();
    one.append_attribute("name") = (each.name + " " + each.title).c_str();
    one.append_attribute("time") = each.seconds;
    if (each.verdict == Verdict::Failed) {
      auto failure = one.append_child("failure");
      failure.append_attribute("message") = xmlText(each.reason).c_str();
      failure.text() = xmlText(details(each, "", we, true)).c_str();
    } else if (each.verdict != Verdict::Passed) {
      const std::string why = (each.verdict == Verdict::NotApplicable ? "not applicable: " : "") + each.reason;
      one.append_child("skipped").append_attribute("message") = xmlText(why).c_str();
    }
  }
  std::ostringstream out;
  document.save(out, " ");
  return out.str();
}

bool write(const std::string& path, const std::string& text) {
  if (path.empty()) return true;
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out) std::cerr << path << ": cannot be written" << std::endl;
  return static_cast<bool>(out);
}

}  // namespace

bool report(const std::vector<Result>& results, const RunOptions& options, const std::string& subject, ocpp::Role we,
            std::ostream& out) {
  table(results, we, out);
  const bool tapWritten = write(options.tapFile, tap(results, we));
  const bool junitWritten = write(options.junitFile, junit(results, subject, we));
  return tapWritten && junitWritten && count(results, Verdict::Failed) == 0 && count(results, Verdict::Passed) > 0;
}

}  // namespace tool
