// SPDX-License-Identifier: GPL-2.0-or-later
// Records and the journal's file: what was committed survives a cut at any byte, damage, a full disk and compaction.
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <random>

#include "ocpp/messages.h"
#include "station/journal_file.h"
#include "station/record.h"
#include "tests/support/test.h"

using namespace station;

namespace {

using Values = std::map<std::string, std::string>;

struct Folder {
  Folder() {
    const char* base = std::getenv("TMPDIR");
    std::string pattern = std::string(base ? base : P_tmpdir) + "/journal.XXXXXX";
    path = ::mkdtemp(pattern.data());
    file = path + "/journal";
  }
  ~Folder() {
    ::unlink(file.c_str());
    ::rmdir(path.c_str());
  }
  std::string path, file;
};

Values valuesOf(const Journal& journal) {
  Values values;
  journal.replay([&](const std::string& key, const std::string& value) { values[key] = value; });
  return values;
}

std::string slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void spill(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

/// Nothing can be written to the file while it lives: a flash that is full.
class FullFlash {
 public:
  explicit FullFlash(std::uint64_t bytes) : before_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &old_);
    rlimit tight = old_;
    tight.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &tight);
  }
  ~FullFlash() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, before_);
  }
  FullFlash(const FullFlash&) = delete;
  FullFlash& operator=(const FullFlash&) = delete;

 private:
  rlimit old_{};
  void (*before_)(int);
};

}  // namespace

TEST(stationRecord, "a message becomes a record and comes back whole; every shorter record is refused") {
  ocpp::StopTransaction::Request stop;
  stop.transactionId = {77};
  stop.idTag = ocpp::IdToken("T\"A:G");
  stop.timestamp = {ocpp::Instant(ocpp::Duration(1700000000123)), true};
  stop.meterStop = -5;
  stop.reason = ocpp::Reason::EVDisconnected;
  ocpp::MeterValue value;
  value.timestamp = stop.timestamp;
  ocpp::SampledValue sample;
  sample.value = ocpp::Opaque<0>("12.5");
  sample.measurand = ocpp::Measurand::SoC;
  value.sampledValue.push_back(sample);
  stop.transactionData.push_back(value);
  const std::string record = toRecord(stop);
  const auto back = fromRecord<ocpp::StopTransaction::Request>(record);
  CPPUNIT_ASSERT(back);
  CPPUNIT_ASSERT_EQUAL(record, toRecord(*back));
  CPPUNIT_ASSERT(back->reason == stop.reason && back->timestamp == stop.timestamp && back->idTag == stop.idTag);
  CPPUNIT_ASSERT(back->transactionData[0].sampledValue[0].measurand == ocpp::Measurand::SoC);
  for (std::size_t n = 0; n < record.size(); ++n)
    CPPUNIT_ASSERT(!fromRecord<ocpp::StopTransaction::Request>(record.substr(0, n)));
}

TEST(stationRecordDamage, "a record with any byte changed is read or refused, never more than that") {
  ocpp::StartTransaction::Request start;
  start.idTag = ocpp::IdToken("ABC");
  start.reservationId = 4;
  const std::string record = toRecord(start);
  for (std::size_t at = 0; at < record.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string damaged = record;
      damaged[at] = static_cast<char>(byte);
      fromRecord<ocpp::StartTransaction::Request>(damaged);
      fromRecord<ocpp::MeterValues::Request>(damaged);
    }
  }
  CPPUNIT_ASSERT(!fromRecord<ocpp::MeterValues::Request>("1:1-#99999999999:"));
}

TEST(stationCrc, "the checksum is CRC-32") { CPPUNIT_ASSERT_EQUAL(0xCBF43926u, crc32("123456789")); }

TEST(stationJournalCut, "after a power cut at any byte the journal holds what was committed up to some commit, whole") {
  Folder folder;
  std::vector<Values> states{{}};
  std::vector<std::size_t> ends{0};
  {
    JournalFile journal;
    CPPUNIT_ASSERT(journal.open(folder.file).good);
    std::mt19937 random(7);
    for (int batch = 0; batch < 12; ++batch) {
      Values next = states.back();
      for (unsigned i = 0; i <= random() % 3; ++i) {
        const std::string key = "k" + std::to_string(random() % 5);
        if (random() % 4 == 0) {
          journal.erase(key);
          next.erase(key);
        } else {
          const std::string value(random() % 9, static_cast<char>('a' + random() % 26));
          journal.put(key, value);
          next[key] = value;
        }
      }
      CPPUNIT_ASSERT(journal.commit());
      states.push_back(next);
      ends.push_back(journal.bytes());
    }
  }
  const std::string whole = slurp(folder.file);
  std::size_t state = 0;
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    while (state + 1 < ends.size() && ends[state + 1] <= cut) ++state;
    spill(folder.file, whole.substr(0, cut));
    JournalFile journal;
    CPPUNIT_ASSERT(journal.open(folder.file).good);
    CPPUNIT_ASSERT(valuesOf(journal) == states[state]);
    journal.put("after", "cut");
    CPPUNIT_ASSERT(journal.commit());
    JournalFile again;
    const auto opened = again.open(folder.file);
    CPPUNIT_ASSERT(opened.good && opened.lost == 0);
    CPPUNIT_ASSERT_EQUAL(std::string("cut"), valuesOf(again)["after"]);
  }
}

TEST(stationJournalDamage, "a damaged batch in the middle is skipped and reported, those behind it still count") {
  Folder folder;
  std::size_t first = 0, second = 0;
  {
    JournalFile journal;
    journal.open(folder.file);
    journal.put("one", "1");
    journal.commit();
    first = journal.bytes();
    journal.put("two", "2");
    journal.commit();
    second = journal.bytes();
    journal.put("three", "3");
    journal.commit();
  }
  const std::string whole = slurp(folder.file);
  for (std::size_t at = first; at < second; ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    spill(folder.file, damaged);
    JournalFile journal;
    const auto opened = journal.open(folder.file);
    CPPUNIT_ASSERT(opened.good && opened.lost > 0 && !opened.problem.empty());
    CPPUNIT_ASSERT((valuesOf(journal) == Values{{"one", "1"}, {"three", "3"}}));
  }
}

TEST(stationJournalCompact, "a journal of a thousand changes to few keys stays small and loses nothing") {
  Folder folder;
  Values expected;
  {
    JournalFile journal;
    journal.open(folder.file);
    for (int i = 0; i < 400; ++i) {
      const std::string key = "k" + std::to_string(i % 7), value(500, static_cast<char>('a' + i % 26));
      journal.put(key, value);
      expected[key] = value;
      CPPUNIT_ASSERT(journal.commit());
      CPPUNIT_ASSERT(journal.bytes() < 80 * 1024);
    }
  }
  JournalFile journal;
  CPPUNIT_ASSERT_EQUAL(std::size_t(0), journal.open(folder.file).lost);
  CPPUNIT_ASSERT(valuesOf(journal) == expected);
}

TEST(stationJournalRefused, "a journal that cannot be made says which file and why") {
  JournalFile journal;
  const auto opened = journal.open("/nonexistent/journal");
  CPPUNIT_ASSERT(!opened.good);
  CPPUNIT_ASSERT(opened.problem.find("/nonexistent/journal") != std::string::npos);
  journal.put("a", "b");
  CPPUNIT_ASSERT(!journal.commit());
}

TEST(stationJournalFull, "a full disk fails the commit and loses nothing: the next one that fits brings all of it") {
  Folder folder;
  JournalFile journal;
  journal.open(folder.file);
  journal.put("a", "1");
  CPPUNIT_ASSERT(journal.commit());
  {
    const FullFlash full(journal.bytes() + 20);
    journal.put("b", std::string(100, 'x'));
    CPPUNIT_ASSERT(!journal.commit());
    journal.erase("a");
    CPPUNIT_ASSERT(!journal.commit());
  }
  CPPUNIT_ASSERT(journal.commit());
  JournalFile again;
  CPPUNIT_ASSERT_EQUAL(std::size_t(0), again.open(folder.file).lost);
  CPPUNIT_ASSERT((valuesOf(again) == Values{{"b", std::string(100, 'x')}}));
}

TEST(stationJournalPending,
     "A12: after 40 MiB of changes on a full flash the journal commits again, with the last of each key") {
  Folder folder;
  JournalFile journal;
  journal.open(folder.file);
  journal.put("transaction/1", "0");
  CPPUNIT_ASSERT(journal.commit());
  {
    const FullFlash full(journal.bytes() + 10);
    for (int i = 1; i <= 40; ++i) {
      journal.put("transaction/1", std::string(1 << 20, 'x') + std::to_string(i));
      journal.put("queue/" + std::to_string(i), std::string(1000, 'm'));
      if (i > 2) journal.erase("queue/" + std::to_string(i - 2));  // it was delivered
      CPPUNIT_ASSERT(!journal.commit());
    }
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), journal.pending());  // memory does not grow with what came and went
  }
  CPPUNIT_ASSERT(journal.commit());
  CPPUNIT_ASSERT_EQUAL(std::size_t(0), journal.pending());
  CPPUNIT_ASSERT(journal.bytes() < (2u << 20));
  journal.put("next", "1");
  CPPUNIT_ASSERT(journal.commit());
  JournalFile again;
  CPPUNIT_ASSERT_EQUAL(std::size_t(0), again.open(folder.file).lost);
  const Values values = valuesOf(again);
  CPPUNIT_ASSERT_EQUAL(std::size_t(4), values.size());
  CPPUNIT_ASSERT(values.at("transaction/1") == std::string(1 << 20, 'x') + "40");
  CPPUNIT_ASSERT(values.count("queue/39") == 1 && values.count("queue/40") == 1);
}

TEST(stationJournalLarge, "A12: changes that are too many for one batch are kept as well, all of them or none") {
  Folder folder;
  JournalFile journal;
  journal.open(folder.file);
  journal.put("gone", "1");
  journal.put("stays", "1");
  CPPUNIT_ASSERT(journal.commit());
  const auto change = [&] {
    for (int i = 0; i < 20; ++i) journal.put("queue/" + std::to_string(i), std::string(1 << 20, 'x'));
    journal.erase("gone");
  };
  {
    const FullFlash full(8u << 20);
    change();
    CPPUNIT_ASSERT(!journal.commit());
  }
  {
    JournalFile other;
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), other.open(folder.file).lost);
    CPPUNIT_ASSERT((valuesOf(other) == Values{{"gone", "1"}, {"stays", "1"}}));
  }
  CPPUNIT_ASSERT(journal.commit());
  JournalFile again;
  CPPUNIT_ASSERT_EQUAL(std::size_t(0), again.open(folder.file).lost);
  const Values values = valuesOf(again);
  CPPUNIT_ASSERT_EQUAL(std::size_t(21), values.size());
  CPPUNIT_ASSERT(values.count("gone") == 0 && values.at("stays") == "1");
  journal.put("huge", std::string(17u << 20, 'x'));  // no batch can carry it: refused, and nothing else is lost
  CPPUNIT_ASSERT(!journal.commit());
  journal.erase("huge");
  journal.put("next", "1");
  CPPUNIT_ASSERT(journal.commit());
  JournalFile last;
  CPPUNIT_ASSERT_EQUAL(std::size_t(0), last.open(folder.file).lost);
  CPPUNIT_ASSERT_EQUAL(std::size_t(22), valuesOf(last).size());
}
