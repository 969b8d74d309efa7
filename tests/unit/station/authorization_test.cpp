// SPDX-License-Identifier: GPL-2.0-or-later
// Tags: the rules of OCPP 1.6 section 3.5 cell by cell, the local list with its versions, and the bounded cache.
#include "station/authorization.h"

#include "tests/support/station_zone.h"
#include "tests/support/test.h"

using namespace station;
using namespace ocpp;
using test::at;

namespace {

struct Kept : Keeper {
  std::map<std::string, std::string> values;
  void keep(std::string key, std::string value) override { values[std::move(key)] = std::move(value); }
  void forget(std::string key) override { values.erase(key); }
};

const Instant now = at("2026-05-01T12:00:00Z");

struct Fixture {
  Configuration configuration{
      Version::V16,
      {Profile::Core, Profile::LocalAuthListManagement},
      {{station::Key::LocalAuthListMaxLength, "4"}, {station::Key::SendLocalListMaxLength, "3"}},
      {}};
  Kept kept;
  Authorization authorization{configuration, 2, 4, kept};

  void set(const char* key, bool value) { configuration.change(key, value ? "true" : "false"); }
  UpdateStatus send(int version, UpdateType type, std::vector<AuthorizationData> list) {
    SendLocalList::Request request;
    request.listVersion = version;
    request.updateType = type;
    request.localAuthorizationList = std::move(list);
    return authorization.update(request);
  }
};

IdTagInfo info(AuthorizationStatus status, std::optional<DateTime> expiry = {}) { return {status, expiry, {}}; }
AuthorizationData entry(const char* tag, AuthorizationStatus status = AuthorizationStatus::Accepted) {
  return {IdToken(tag), info(status)};
}
AuthorizationData removal(const char* tag) { return {IdToken(tag), {}}; }
constexpr auto accepted = AuthorizationStatus::Accepted, blocked = AuthorizationStatus::Blocked;

}  // namespace

TEST(stationVerdicts, "each combination of connection, knowledge and the three keys gives its verdict (section 3.5)") {
  enum What { Unknown, Good, Bad, Old };
  struct Row {
    bool online;
    What what;
    int pre, offline, unknown;  // -1: either
    Verdict verdict;
  };
  const Row rows[] = {
      {true, Unknown, -1, -1, -1, Verdict::Ask},    {true, Bad, -1, -1, -1, Verdict::Ask},
      {true, Old, -1, -1, -1, Verdict::Ask},        {true, Good, 0, -1, -1, Verdict::Ask},
      {true, Good, 1, -1, -1, Verdict::Accept},     {false, Good, -1, 1, -1, Verdict::Accept},
      {false, Good, -1, 0, 0, Verdict::Refuse},     {false, Good, -1, 0, 1, Verdict::Accept},
      {false, Unknown, -1, -1, 0, Verdict::Refuse}, {false, Unknown, -1, -1, 1, Verdict::Accept},
      {false, Bad, -1, -1, -1, Verdict::Refuse},    {false, Old, -1, -1, -1, Verdict::Refuse},
  };
  int checked = 0;
  for (const Row& row : rows)
    for (const bool inList : {false, true})
      for (int bits = 0; bits < 8; ++bits) {
        const int pre = bits & 1, offline = bits >> 1 & 1, unknown = bits >> 2 & 1;
        if ((row.pre >= 0 && row.pre != pre) || (row.offline >= 0 && row.offline != offline) ||
            (row.unknown >= 0 && row.unknown != unknown))
          continue;
        Fixture f;
        f.set("LocalPreAuthorize", pre);
        f.set("LocalAuthorizeOffline", offline);
        f.set("AllowOfflineTxForUnknownId", unknown);
        const IdTagInfo known = row.what == Good  ? info(accepted, DateTime{now + std::chrono::hours(1), true})
                                : row.what == Bad ? info(blocked)
                                                  : info(accepted, DateTime{now, true});
        if (row.what != Unknown && inList)
          CPPUNIT_ASSERT(f.send(1, UpdateType::Full, {{IdToken("Tag"), known}}) == UpdateStatus::Accepted);
        else if (row.what != Unknown)
          f.authorization.learn(IdToken("Tag"), known, now);
        CPPUNIT_ASSERT(f.authorization.decide("TAG ", row.online, now).verdict == row.verdict);
        ++checked;
      }
  CPPUNIT_ASSERT(checked >= 2 * 8 * 4 * 2 - 8);
}

TEST(stationListFirst, "the local list comes before the cache, and an answer that contradicts it is a conflict") {
  Fixture f;
  CPPUNIT_ASSERT(f.send(1, UpdateType::Full, {entry("A", blocked)}) == UpdateStatus::Accepted);
  CPPUNIT_ASSERT(f.authorization.learn(IdToken("a"), info(accepted), now));
  CPPUNIT_ASSERT(f.authorization.decide("A", false, now).verdict == Verdict::Refuse);
  CPPUNIT_ASSERT(!f.authorization.learn(IdToken("a"), info(blocked), now));
  CPPUNIT_ASSERT(!f.authorization.learn(IdToken("b"), info(blocked), now));
  f.set("LocalAuthListEnabled", false);
  CPPUNIT_ASSERT(f.send(2, UpdateType::Full, {}) == UpdateStatus::NotSupported);
  f.authorization.learn(IdToken("A"), info(accepted), now);
  CPPUNIT_ASSERT(f.authorization.decide("A", false, now).verdict == Verdict::Accept);
}

TEST(stationListUpdates,
     "Full replaces, Differential adds, changes and removes; wrong versions and lists change nothing") {
  Fixture f;
  CPPUNIT_ASSERT(f.send(5, UpdateType::Full, {entry("A"), entry("B")}) == UpdateStatus::Accepted);
  CPPUNIT_ASSERT(f.send(5, UpdateType::Differential, {entry("C")}) == UpdateStatus::VersionMismatch);
  CPPUNIT_ASSERT(f.send(4, UpdateType::Differential, {entry("C")}) == UpdateStatus::VersionMismatch);
  CPPUNIT_ASSERT(f.send(6, UpdateType::Differential, {entry("C"), removal("a"), entry("B", blocked)}) ==
                 UpdateStatus::Accepted);
  CPPUNIT_ASSERT(!f.authorization.known("A") && f.authorization.known("C"));
  CPPUNIT_ASSERT(f.authorization.known("B")->status == blocked);
  CPPUNIT_ASSERT_EQUAL(6, f.authorization.listVersion());
  CPPUNIT_ASSERT(f.send(7, UpdateType::Full, {entry("X"), entry("x")}) == UpdateStatus::Failed);  // twice
  CPPUNIT_ASSERT(f.send(7, UpdateType::Full, {removal("X")}) == UpdateStatus::Failed);            // no info
  CPPUNIT_ASSERT(f.send(0, UpdateType::Full, {entry("X")}) == UpdateStatus::Failed);              // version
  CPPUNIT_ASSERT(f.send(7, UpdateType::Full, {entry("1"), entry("2"), entry("3"), entry("4")}) ==
                 UpdateStatus::Failed);  // more than SendLocalListMaxLength
  CPPUNIT_ASSERT(f.send(7, UpdateType::Differential, {entry("1"), entry("2"), entry("3")}) ==
                 UpdateStatus::Failed);  // more than LocalAuthListMaxLength together
  CPPUNIT_ASSERT_EQUAL(6, f.authorization.listVersion());
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), f.authorization.listed());
  CPPUNIT_ASSERT(f.send(2, UpdateType::Full, {}) == UpdateStatus::Accepted);
  CPPUNIT_ASSERT_EQUAL(std::size_t(0), f.authorization.listed());
  CPPUNIT_ASSERT_EQUAL(0, f.authorization.listVersion());  // section 5.10: there is nothing in it
  CPPUNIT_ASSERT(f.send(1, UpdateType::Differential, {entry("C")}) == UpdateStatus::Accepted);
  CPPUNIT_ASSERT_EQUAL(1, f.authorization.listVersion());
}

TEST(stationListedNotCached, "what is said about a tag of the local list is not cached besides (section 4.1)") {
  Fixture f;
  f.send(1, UpdateType::Full, {entry("A")});
  f.authorization.learn(IdToken("A"), info(accepted), now);
  CPPUNIT_ASSERT_EQUAL(std::size_t(0), f.authorization.cached());
  f.set("LocalAuthListEnabled", false);
  f.authorization.learn(IdToken("A"), info(accepted), now);
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), f.authorization.cached());
}

TEST(stationTagsKept,
     "list, its version and the cache come back from what was kept; the cache drops its oldest entry") {
  Fixture f;
  f.send(5, UpdateType::Full, {entry("A"), entry("B")});
  f.send(6, UpdateType::Differential, {removal("B")});
  f.authorization.learn(IdToken("one"), info(accepted), now);
  f.authorization.learn(IdToken("two"), info(accepted), now + Duration(1));
  f.authorization.learn(IdToken("one"), info(blocked), now + Duration(2));
  f.authorization.learn(IdToken("three"), info(accepted), now + Duration(3));
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), f.authorization.cached());
  Fixture g;
  for (const auto& [key, value] : f.kept.values) CPPUNIT_ASSERT(g.authorization.restore(key, value));
  CPPUNIT_ASSERT(!g.authorization.restore("other", "x"));
  CPPUNIT_ASSERT_EQUAL(6, g.authorization.listVersion());
  CPPUNIT_ASSERT(g.authorization.known("A") && !g.authorization.known("B") && !g.authorization.known("two"));
  CPPUNIT_ASSERT(g.authorization.known("ONE")->status == blocked);
  g.authorization.clearCache();
  CPPUNIT_ASSERT(!g.authorization.known("ONE") && g.authorization.known("A"));
  CPPUNIT_ASSERT(f.authorization.decide("A", false, now).verdict == Verdict::Accept);
}
