// SPDX-License-Identifier: GPL-2.0-or-later
// C9: hashed passwords, computed beside the loop.
#include "bridge/password_hash.h"

#include <crypt.h>

#include "bridge/chargers_file.h"
#include "bridge/password_memory.h"
#include "tests/unit/bridge/io_fixture.h"

using namespace bridge;
using test::waitFor;

namespace {

std::string hashOf(const std::string& password, const char* method) {
  crypt_data work{};
  char salt[CRYPT_GENSALT_OUTPUT_SIZE];
  CPPUNIT_ASSERT(crypt_gensalt_rn(method, 0, nullptr, 0, salt, sizeof salt) != nullptr);
  return crypt_rn(password.c_str(), salt, &work, sizeof work);
}

}  // namespace

TEST(hashMethods,
     "C9: hashes of yescrypt and SHA-2 are verified; weaker ones, salts alone and plain passwords are refused") {
  for (const char* method : {"$y$", "$6$", "$5$"}) {
    const std::string hash = hashOf("secret word", method);
    CPPUNIT_ASSERT_MESSAGE(hash, hashObjection(hash) == nullptr);
    CPPUNIT_ASSERT(hashMatches(hash, "secret word") && !hashMatches(hash, "Secret word") && !hashMatches(hash, ""));
    CPPUNIT_ASSERT(!hashMatches(hash, std::string("secret word\0x", 13)));
  }
  CPPUNIT_ASSERT(!hashMatches("$6$salt$broken", "x") && !hashMatches("*0", "x"));
  for (const char* no : {"", "secret", "$6$saltsalt", "$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/", "ab1Yq3h5cPJaY", "$9$x$"})
    CPPUNIT_ASSERT_MESSAGE(no, hashObjection(no) != nullptr);
}

TEST(hashFile, "C9: soapPasswordHash stands in the chargers file in place of soapPassword") {
  const std::string hash = hashOf("p", "$6$");
  const auto file = parseChargersFile("{\"CP1\": {\"soapPasswordHash\": \"" + hash +
                                          "\", \"soapUser\": \"u\"},"
                                          "\"CP2\": {\"soapPasswordHash\": \"" +
                                          hash +
                                          "\", \"soapPassword\": \"p\"},"
                                          "\"CP3\": {\"soapPasswordHash\": \"p\"}}",
                                      "f.json");
  CPPUNIT_ASSERT(*file.chargers.at("CP1").access.passwordHash == hash && !file.chargers.at("CP1").access.password);
  CPPUNIT_ASSERT_EQUAL(std::size_t{2}, file.problems.size());
  CPPUNIT_ASSERT(file.problems[0].find("which one counts") != std::string::npos);
  CPPUNIT_ASSERT(file.problems[1].find("soapPasswordHash: must be a hash") != std::string::npos);
}

TEST(hashMemory, "C9: the right password and a few wrong ones are remembered, for that hash alone") {
  PasswordMemory memory;
  CPPUNIT_ASSERT(!memory.verdict("CP1", "h", "d"));
  memory.learn("CP1", "h", "d", true);
  memory.learn("CP1", "h", "w", false);
  CPPUNIT_ASSERT(*memory.verdict("CP1", "h", "d") && !*memory.verdict("CP1", "h", "w"));
  CPPUNIT_ASSERT(!memory.verdict("CP1", "h", "x") && !memory.verdict("CP2", "h", "d") &&
                 !memory.verdict("CP1", "i", "d"));
  for (int i = 0; i < 100; ++i) memory.learn("CP1", "h", std::to_string(i), false);
  CPPUNIT_ASSERT(!memory.verdict("CP1", "h", "w") && memory.verdict("CP1", "h", "99") &&
                 *memory.verdict("CP1", "h", "d"));
  memory.learn("CP1", "i", "e", false);
  CPPUNIT_ASSERT(!memory.verdict("CP1", "h", "d"));
}

TEST(hasherBeside, "C9: a thread hashes while the loop goes on; what waits is bounded, in all and for each address") {
  Loop loop;
  PasswordHasher hasher(loop);
  const std::string hash = hashOf("right", "$6$");
  int done = 0, right = 0, refused = 0;
  for (int i = 0; i < 100; ++i)
    refused +=
        !hasher.ask(i % 2 ? "10.0.0.1" : "10.0.0." + std::to_string(i), hash, i % 3 ? "wrong" : "right", [&](bool is) {
          ++done;
          right += is;
        });
  CPPUNIT_ASSERT_EQUAL(0, done);
  CPPUNIT_ASSERT_EQUAL(36, refused);
  waitFor(
      loop, "all answers", [&] { return done == 64; }, 60000);
  CPPUNIT_ASSERT(right > 10 && right < 40);
  CPPUNIT_ASSERT(hasher.ask("10.0.0.1", hash, "right", [&](bool) { ++done; }));
  waitFor(loop, "one more", [&] { return done == 65; });
}

TEST(hasherEnd, "C9: the end waits for no hash") {
  Loop loop;
  bool called = false;
  {
    PasswordHasher hasher(loop);
    const std::string hash = hashOf("x", "$6$");
    for (int i = 0; i < 16; ++i) hasher.ask("10.0.0.1", hash, "x", [&](bool) { called = true; });
  }
  test::serveFor(loop, 50);
  CPPUNIT_ASSERT(!called);
}
