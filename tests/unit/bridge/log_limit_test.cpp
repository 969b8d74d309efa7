// SPDX-License-Identifier: GPL-2.0-or-later
// C7: nobody but the operator can fill the log.
#include "bridge/log_limit.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>

#include "bridge/log.h"
#include "tests/support/test.h"

using namespace bridge;
using std::chrono::seconds;

namespace {

struct FakeClock final : Clock {
  ocpp::Steady steady() const override { return ocpp::Steady(passed); }
  ocpp::Instant calendar() const override { return date + passed; }
  ocpp::Duration passed{};
  ocpp::Instant date{};
};

ocpp::Steady at(ocpp::Duration passed) { return ocpp::Steady(passed); }

/// A log whose minutes pass when the test says so.
struct Lines {
  explicit Lines(LogFormat format = LogFormat::Human) : log(out, Log::Choice{format, Log::Level::Info, 6, &clock}) {}
  int count(const std::string& text) const {
    int n = 0;
    std::istringstream in(out.str());
    for (std::string line; std::getline(in, line);) n += line.find(text) != std::string::npos;
    return n;
  }

  FakeClock clock;
  std::ostringstream out;
  Log log;
};

std::string content(const std::filesystem::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST(logLimitKinds,
     "C7: of each kind that others cause six lines a minute are written, whatever identities they name") {
  for (const LogEvent* kind = logEventsBegin; kind != logEventsEnd; ++kind) {
    Lines lines;
    for (int i = 0; i < 100; ++i)
      lines.log.line(Log::Level::Warning, "CP" + std::to_string(i), kind->word, "text", {{kind->apart, "one"}});
    const int all = kind->cause == Cause::Anyone ? 6 : kind->cause == Cause::Admitted ? 60 : 100;
    CPPUNIT_ASSERT_EQUAL_MESSAGE(std::string(kind->word), all, lines.count(std::string(kind->word)));
    for (int i = 0; i < 100; ++i)
      lines.log.line(Log::Level::Warning, "CP1", kind->word, "again", {{kind->apart, "one"}});
    const int same = kind->cause == Cause::Operator ? 100 : 0;
    CPPUNIT_ASSERT_EQUAL_MESSAGE(std::string(kind->word), same, lines.count("again"));
  }
}

TEST(logLimitUnknown, "C7: a kind that the table does not know is limited as a stranger's") {
  Lines lines;
  for (int i = 0; i < 100; ++i) lines.log.line(Log::Level::Error, "CP" + std::to_string(i), "brand-new", "text");
  CPPUNIT_ASSERT_EQUAL(6, lines.count("brand-new"));
}

TEST(logLimitCount, "C7: what was left out is told with its number when the minute is over, and six more may come") {
  Lines lines;
  for (int i = 0; i < 1240; ++i) lines.log.line(Log::Level::Warning, "", "wrong-door", "text");
  lines.clock.passed = seconds(59);
  lines.clock.date += std::chrono::hours(1);  // the calendar is set: nothing follows from it
  lines.log.tellLeftOut();
  CPPUNIT_ASSERT_EQUAL(6, lines.count("wrong-door"));
  lines.clock.passed = seconds(60);
  lines.log.tellLeftOut();
  CPPUNIT_ASSERT_EQUAL(1, lines.count("warning wrong-door more=1234: and 1234 more like this"));
  lines.log.tellLeftOut();
  for (int i = 0; i < 7; ++i) lines.log.line(Log::Level::Warning, "", "wrong-door", "later");
  CPPUNIT_ASSERT_EQUAL(6, lines.count("later"));
}

TEST(logLimitApart,
     "C7: floods of one kind hide no line of another: level, reason of a refusal and identity are apart") {
  Lines lines;
  for (int i = 0; i < 50; ++i) {
    lines.log.line(Log::Level::Info, "CP1", "note", "trifle");
    lines.log.line(Log::Level::Warning, "X", "refused", "guess", {{"why", "password"}, {"peer", std::to_string(i)}});
  }
  lines.log.line(Log::Level::Error, "CP1", "note", "dead letter");
  lines.log.line(Log::Level::Info, "CP2", "note", "of another");
  lines.log.line(Log::Level::Warning, "X", "refused", "certificate", {{"why", "certificate"}, {"peer", "7"}});
  CPPUNIT_ASSERT_EQUAL(6, lines.count("trifle"));
  CPPUNIT_ASSERT_EQUAL(6, lines.count("guess"));
  CPPUNIT_ASSERT_EQUAL(1, lines.count("dead letter"));
  CPPUNIT_ASSERT_EQUAL(1, lines.count("of another"));
  CPPUNIT_ASSERT_EQUAL(1, lines.count("why=certificate"));
}

TEST(logLimitTotal,
     "C7: what befalls thousands of chargers is sixty lines a minute of each kind, with the number of the others; one "
     "charger has six, and lines of strangers on trial six together") {
  Lines lines;
  for (int i = 0; i < 50; ++i) lines.log.line(Log::Level::Warning, "FLOOD", "central-refused", "flood");
  CPPUNIT_ASSERT_EQUAL(6, lines.count("flood"));
  for (int round = 0; round < 6; ++round)
    for (int i = 0; i < 5000; ++i)
      lines.log.line(Log::Level::Warning, "CP" + std::to_string(i), "central-refused", "text");
  CPPUNIT_ASSERT_EQUAL(54, lines.count(": text"));
  lines.log.line(Log::Level::Error, "CP1", "dead-letter", "another kind");
  CPPUNIT_ASSERT_EQUAL(1, lines.count("another kind"));
  for (int i = 0; i < 100; ++i)
    lines.log.lineOfStranger(Log::Level::Info, "NEW" + std::to_string(i), "note", "of a stranger");
  lines.log.line(Log::Level::Info, "CP1", "note", "of a charger");
  CPPUNIT_ASSERT_EQUAL(6, lines.count("of a stranger"));
  CPPUNIT_ASSERT_EQUAL(1, lines.count("of a charger"));
  lines.clock.passed = seconds(61);
  lines.log.tellLeftOut();
  CPPUNIT_ASSERT_EQUAL(1, lines.count("FLOOD central-refused more=44"));
  CPPUNIT_ASSERT_EQUAL(1, lines.count("warning central-refused more=29946: and 29946 more like this"));
}

TEST(logLimitEnd, "C7: a log that ends tells what it has left out") {
  std::ostringstream out;
  {
    Log log(out, LogFormat::Json);
    for (int i = 0; i < 8; ++i) log.line(Log::Level::Warning, "CP1", "central-down", "text");
  }
  CPPUNIT_ASSERT(out.str().find("\"identity\":\"CP1\",\"more\":\"2\"") != std::string::npos);
}

TEST(logLimitMemory, "C7: the memory of the limit is bounded: beyond it identities share what is left to them") {
  LogLimit limit(6, 10);
  const LogEvent note{"note", Cause::Admitted};
  int written = 0;
  for (int i = 0; i < 1000; ++i)
    written += limit.admits(note, session::Level::Info, "CP" + std::to_string(i), "", at(ocpp::Duration(i)));
  CPPUNIT_ASSERT_EQUAL(16, written);
  CPPUNIT_ASSERT(limit.over(at(seconds(30))).empty());
  const auto left = limit.over(at(seconds(61)));
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, left.size());
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{984}, left[0].lines);
  CPPUNIT_ASSERT(limit.admits(note, session::Level::Info, "CP999", "", at(seconds(61))));
}

TEST(logLimitNone, "--log-limit 0 writes everything") {
  std::ostringstream out;
  Log log(out, Log::Choice{LogFormat::Human, Log::Level::Info, 0});
  for (int i = 0; i < 100; ++i) log.line(Log::Level::Info, "", "wrong-door", "x");
  const std::string text = out.str();
  CPPUNIT_ASSERT_EQUAL(100, static_cast<int>(std::count(text.begin(), text.end(), '\n')));
}

TEST(logEventTable, "C7: every event that the bridge's sources write stands in the table of kinds, and no other") {
  std::set<std::string> written, known;
  const std::regex call(
      R"re((?:\bline|\blog)\(\s*(?:session::|Log::)*Level::\w+,(?:\s*[^,;{}"]+,)?\s*"([a-z][a-z-]+)"\s*,)re");
  const std::regex ofStore(R"re((?:push_back\(\s*\{|StoreEvent\s*\{)\s*session::Level::\w+,\s*"([a-z-]+)"\s*,)re");
  std::string all;
  for (const char* directory : {"bridge", "src/session"})
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
      if (!entry.is_regular_file() || entry.path().filename() == "log_events.cpp") continue;
      const std::string source = content(entry.path());
      all += source;
      const std::string text = std::regex_replace(source, std::regex("\"\"\\s*,"), "none,");
      for (const std::regex& form : {call, ofStore})
        for (std::sregex_iterator each(text.begin(), text.end(), form), end; each != end; ++each)
          written.insert((*each)[1]);
    }
  CPPUNIT_ASSERT_MESSAGE("events of the store", written.count("store-lost") == 1 && written.count("degraded") == 1);
  for (const LogEvent* kind = logEventsBegin; kind != logEventsEnd; ++kind) known.insert(std::string(kind->word));
  CPPUNIT_ASSERT_MESSAGE("no calls found", written.size() > 20);
  for (const std::string& each : written)
    CPPUNIT_ASSERT_MESSAGE("'" + each + "' needs a row in bridge/log_events.cpp", known.count(each) == 1);
  for (const char* traced : {"soap-in", "soap-out", "json-in", "json-out"})
    known.erase(traced);  // put together by Trace
  for (const std::string& each : known)
    CPPUNIT_ASSERT_MESSAGE("nobody writes '" + each + "'", all.find('"' + each + '"') != std::string::npos);
}
