// SPDX-License-Identifier: GPL-2.0-or-later
// Certificates for tests of TLS, made on the spot by the openssl program.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/test.h"

namespace test {

/// Two CAs; certificates for localhost and 127.0.0.1, for another host, for a client, one of the other CA, one that has
/// expired, and two that nobody else has signed.
class Certificates {
 public:
  Certificates() {
    std::string pattern = (std::filesystem::temp_directory_path() / "bridge-tls-XXXXXX").string();
    CPPUNIT_ASSERT(::mkdtemp(pattern.data()) != nullptr);
    dir_ = pattern;
    for (const char* ca : {"ca", "other"}) {
      run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=" + std::string(ca) +
          " -keyout " + file(std::string(ca) + ".key") + " -out " + file(std::string(ca) + ".pem"));
    }
    sign("server", "ca", "DNS:localhost,IP:127.0.0.1");
    sign("elsewhere", "ca", "DNS:elsewhere.example");
    sign("client", "ca", "DNS:client");
    sign("stranger", "other", "DNS:client");
    sign("expired", "ca", "DNS:localhost,IP:127.0.0.1", -1);
    signItself("alone", 2);
    signItself("aloneExpired", -1);
  }
  ~Certificates() { std::filesystem::remove_all(dir_); }
  std::string file(const std::string& name) const { return dir_ + "/" + name; }

 private:
  void run(const std::string& arguments) const {
    const std::string command = "openssl " + arguments + " >" + file("log") + " 2>&1";
    CPPUNIT_ASSERT_EQUAL_MESSAGE(command, 0, std::system(command.c_str()));
  }
  void request(const std::string& name) const {
    run("req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=" + name + " -keyout " +
        file(name + ".key") + " -out " + file("csr"));
  }
  void signItself(const std::string& name, int days) const {
    request(name);
    run("x509 -req -days " + std::to_string(days) + " -in " + file("csr") + " -signkey " + file(name + ".key") +
        " -out " + file(name + ".pem"));
  }
  void sign(const std::string& name, const std::string& ca, const std::string& altNames, int days = 2) const {
    std::ofstream(file("ext")) << "subjectAltName=" << altNames << "\n";
    request(name);
    run("x509 -req -days " + std::to_string(days) + " -in " + file("csr") + " -CA " + file(ca + ".pem") + " -CAkey " +
        file(ca + ".key") + " -CAcreateserial -extfile " + file("ext") + " -out " + file(name + ".pem"));
  }
  std::string dir_;
};

/// Made once per process: twenty runs of a program take a while.
inline const Certificates& certificatesOfAll() {
  static const Certificates made;
  return made;
}

}  // namespace test
