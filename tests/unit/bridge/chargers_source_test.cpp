// SPDX-License-Identifier: GPL-2.0-or-later
// C8, C9: the chargers file read again, and files that are open to others.
#include "bridge/chargers_source.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "bridge/access.h"
#include "bridge/secret_file.h"
#include "bridge/startup_checks.h"
#include "tests/support/test.h"

using namespace bridge;

namespace {

/// A directory with a chargers file while it lives.
struct Files {
  Files() {
    std::string pattern = (std::filesystem::temp_directory_path() / "ocpp-soap-test-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
    options.chargersFile = folder + "/chargers.json";
  }
  ~Files() { std::filesystem::remove_all(folder); }
  std::string write(const std::string& name, const std::string& content, mode_t mode = 0600) const {
    const std::string path = folder + "/" + name;
    std::ofstream(path) << content;
    ::chmod(path.c_str(), mode);
    return path;
  }
  void chargers(const std::string& content, mode_t mode = 0600) const { write("chargers.json", content, mode); }

  std::string folder;
  Options options;
};

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST(reloadOneBad, "C8: of 300 chargers with one bad secret 299 are taken, and the one keeps its former settings") {
  Files files;
  const auto fleet = [&](const std::string& of150) {
    std::string all = "{";
    for (int i = 0; i < 300; ++i)
      all += (i ? ",\n" : "\n") + ("\"CP" + std::to_string(i)) + "\": {\"soapPasswordFile\": \"" +
             (i == 150 ? of150 : files.folder + "/secret") + "\"}";
    return all + "}";
  };
  files.write("secret", "old\n");
  files.chargers(fleet(files.folder + "/secret"));
  ChargersSource source(files.options);
  source.load();
  files.write("secret", "new\n");
  files.chargers(fleet("/nonexistent/secret"));
  const ChargersFile& after = source.reload();
  CPPUNIT_ASSERT_EQUAL(std::size_t{300}, after.size());
  for (const auto& [identity, config] : after)
    CPPUNIT_ASSERT_EQUAL(std::string(identity == "CP150" ? "old" : "new"), *config.access.password);
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, source.problems().size());
  CPPUNIT_ASSERT_MESSAGE(
      source.problems()[0],
      contains(source.problems()[0], files.options.chargersFile + ":152: charger 'CP150': soapPasswordFile: "));
  CPPUNIT_ASSERT(contains(source.problems()[0], "/nonexistent/secret"));
}

TEST(reloadKinds, "C8: whatever is wrong with an entry, it keeps what it had, or stays unknown") {
  const char* mistakes[] = {R"({"calback": 1})",
                            R"({"connectors": 0})",
                            R"({"soapUser": "u"})",
                            "7",
                            R"({"clientCertificate": true})",
                            R"({"soapPassword": ""})",
                            R"({"timezone": "Mars/X"})",
                            R"({"connectors": 1, "connectors": 2})",
                            R"({}, "KNOWN": {})"};
  for (const char* mistake : mistakes) {
    Files files;
    ChargersSource source(files.options);
    files.chargers(R"({"KNOWN": {"connectors": 7}, "GONE": {}})");
    source.load();
    files.chargers("{\"NEW\": {\"connectors\": 0},\n \"KNOWN\": " + std::string(mistake) +
                   ",\n \"GOOD\": {\"connectors\": 3}}");
    const ChargersFile& after = source.reload();
    CPPUNIT_ASSERT_EQUAL_MESSAGE(mistake, std::size_t{2}, after.size());
    CPPUNIT_ASSERT_EQUAL_MESSAGE(mistake, 7, *after.at("KNOWN").connectors);
    CPPUNIT_ASSERT_EQUAL(3, *after.at("GOOD").connectors);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(mistake, std::size_t{2}, source.problems().size());
    for (const std::string& problem : source.problems())
      CPPUNIT_ASSERT_MESSAGE(problem, contains(problem, contains(problem, "'NEW'") ? ".json:1:" : ".json:2:"));
    files.chargers("{ \"GOOD\": ");
    CPPUNIT_ASSERT_THROW(source.reload(), BadConfiguration);
    files.chargers(R"({"KNOWN": {}})");
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, source.reload().size());
    CPPUNIT_ASSERT(source.problems().empty());
  }
}

TEST(reloadUsers,
     "C8: two chargers that claim one user of Basic auth both stay as they were, and Access takes the rest") {
  Files files;
  ChargersSource source(files.options);
  Access access({}, false);
  files.chargers(R"({"A": {"soapUser": "a", "soapPassword": "1"}, "B": {"soapUser": "b", "soapPassword": "1"}})");
  access.configure(source.load());
  // B takes the user of A, which is named anew and wrongly; C is new and wants B's.
  files.chargers(R"({"A": {"soapUser": "x"}, "B": {"soapUser": "a", "soapPassword": "2"},
                     "C": {"soapUser": "b", "soapPassword": "3"}, "D": {"soapUser": "d", "soapPassword": "4"}})");
  const ChargersFile& after = source.reload();
  CPPUNIT_ASSERT_EQUAL(std::size_t{3}, after.size());
  CPPUNIT_ASSERT_EQUAL(std::string("a"), after.at("A").access.user);
  CPPUNIT_ASSERT_EQUAL(std::string("b"), after.at("B").access.user);
  CPPUNIT_ASSERT_EQUAL(std::string("1"), *after.at("B").access.password);
  CPPUNIT_ASSERT_EQUAL(std::string("4"), *after.at("D").access.password);
  CPPUNIT_ASSERT_EQUAL(std::size_t{3}, source.problems().size());
  access.configure(after);
}

TEST(loadAll, "at the start everything that is wrong with the chargers file is named, and nothing is served") {
  Files files;
  files.chargers("{\"A\": {\"calback\": 1},\n\"B\": {},\n\"C\": {\"connectors\": 0}}");
  try {
    ChargersSource(files.options).load();
    CPPUNIT_FAIL("taken");
  } catch (const BadConfiguration& bad) {
    CPPUNIT_ASSERT_MESSAGE(bad.what(), contains(bad.what(), "json:1: charger 'A': calback: unknown key"));
    CPPUNIT_ASSERT_MESSAGE(bad.what(), contains(bad.what(), "json:3: charger 'C': connectors: must be"));
  }
}

TEST(secretFiles,
     "C9: files with secrets that everybody may change are refused, those that everybody may read are told") {
  Files files;
  const std::string path = files.write("secret", "x");
  const auto said = [&](mode_t mode) {
    ::chmod(path.c_str(), mode);
    try {
      const auto warnings = secretFileWarnings(path);
      return warnings.empty() ? std::string() : warnings.front();
    } catch (const BadConfiguration& bad) { return "refused: " + std::string(bad.what()); }
  };
  for (const mode_t good : {0600, 0400, 0640, 0440}) CPPUNIT_ASSERT_EQUAL(std::string(), said(good));
  CPPUNIT_ASSERT(contains(said(0644), "can be read by every user") && contains(said(0644), "chmod o-rwx"));
  CPPUNIT_ASSERT(contains(said(0660), "can be changed by its group"));
  CPPUNIT_ASSERT(contains(said(0666), "refused: ") && contains(said(0602), "refused: "));
  CPPUNIT_ASSERT(secretFileWarnings("/nonexistent").empty() && secretFileWarnings("/dev/null").empty());
}

TEST(secretFilesOptions,
     "C9: keys, password files, the data directory and chargers files with passwords are looked at") {
  Files files;
  Options options;
  options.tlsKey = files.write("tls", "", 0644);
  options.centralKey = files.write("central", "", 0644);
  options.centralPasswordFile = files.write("password", "", 0644);
  options.dataDir = files.folder + "/data";
  std::filesystem::create_directory(options.dataDir);
  ::chmod(options.dataDir.c_str(), 0755);
  CPPUNIT_ASSERT_EQUAL(std::size_t(::geteuid() == 0 ? 5 : 4), setupWarnings(options).size());
  ::chmod(options.dataDir.c_str(), 0777);
  CPPUNIT_ASSERT_THROW(setupWarnings(options), BadConfiguration);

  ChargersSource source(files.options);
  files.chargers(R"({"A": {}})", 0666);
  CPPUNIT_ASSERT(source.load().size() == 1 && source.warnings().empty());  // there is no secret in it
  files.chargers(R"({"A": {"urlSecret": "sixteen-letters-"}})", 0644);
  source.load();
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, source.warnings().size());
  files.write("own", "secret", 0644);
  files.chargers(R"({"A": {"passwordFile": ")" + files.folder + R"(/own"}})", 0644);
  source.reload();
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, source.warnings().size());
  CPPUNIT_ASSERT(contains(source.warnings()[0], "/own"));
  files.write("own", "other", 0666);
  CPPUNIT_ASSERT_EQUAL(std::string("secret"), *source.reload().at("A").password);
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, source.problems().size());
  files.chargers(R"({"A": {"password": "p"}})", 0666);
  CPPUNIT_ASSERT_THROW(source.reload(), BadConfiguration);
}

TEST(settingsFromPipe,
     "C8: a chargers file or secret that is a pipe or a directory is refused by name: reading it could block every "
     "later SIGHUP and the end of the process") {
  Files files;
  const std::string pipe = files.folder + "/pipe";
  CPPUNIT_ASSERT_EQUAL(0, ::mkfifo(pipe.c_str(), 0600));
  const auto refusal = [](const std::string& path) -> std::string {
    try {
      readFile(path);
    } catch (const BadConfiguration& why) { return why.what(); }
    return "read";
  };
  CPPUNIT_ASSERT_EQUAL(pipe + ": is no regular file", refusal(pipe));
  CPPUNIT_ASSERT_EQUAL(files.folder + ": is no regular file", refusal(files.folder));
  CPPUNIT_ASSERT_EQUAL(std::string("read"), refusal(files.write("plain", "text")));
  CPPUNIT_ASSERT_EQUAL(std::string("read"), refusal("/dev/null"));
}
