// SPDX-License-Identifier: GPL-2.0-or-later
// WA-5: which announced callback addresses are used, repaired or refused.
#include "bridge/callback.h"

#include "tests/support/test.h"

using bridge::CallbackPolicy;

namespace {
std::string learned(const char* from, const char* peer, CallbackPolicy policy = CallbackPolicy::PeerChecked) {
  return bridge::callbackFrom(from, peer, policy).url;
}
}  // namespace

TEST(callbackRepairs,
     "vector 65, WA-5: an address without a usable host becomes the TCP peer with the announced port and path") {
  CPPUNIT_ASSERT_EQUAL(std::string("http://10.0.0.7:8082/"), learned("http://:8082/", "10.0.0.7"));
  CPPUNIT_ASSERT_EQUAL(std::string("http://10.0.0.7:8080/ocpp"), learned("http://localhost:8080/ocpp", "10.0.0.7"));
  CPPUNIT_ASSERT_EQUAL(std::string("http://10.0.0.7:8095/"), learned("localhost:8095", "10.0.0.7"));
  CPPUNIT_ASSERT_EQUAL(std::string("http://10.0.0.7/"), learned("http://0.0.0.0", "10.0.0.7"));
  CPPUNIT_ASSERT_EQUAL(std::string("http://[2001:db8::7]:80/"), learned("http://127.0.0.1:80", "2001:db8::7"));
  CPPUNIT_ASSERT(!bridge::callbackFrom("http://:8082/", "10.0.0.7", CallbackPolicy::PeerChecked).remark.empty());
}

TEST(callbackGuard, "vector 66, WA-5: an address of somebody else is not learned") {
  for (const char* foreign : {"http://169.254.169.254/x", "http://10.0.0.8:8080/", "http://example.org/",
                              "http://10.0.0.7@10.0.0.8/", "ftp://10.0.0.7/", "http://user:secret@10.0.0.7/"}) {
    const auto found = bridge::callbackFrom(foreign, "10.0.0.7", CallbackPolicy::PeerChecked);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(foreign, std::string(), found.url);
    CPPUNIT_ASSERT_MESSAGE(foreign, !found.remark.empty());
  }
  CPPUNIT_ASSERT_EQUAL(std::string("http://10.0.0.8:8080/"),
                       learned("http://10.0.0.8:8080/", "10.0.0.7", CallbackPolicy::From));
  CPPUNIT_ASSERT_EQUAL(std::string("http://10.0.0.7:8080/a"), learned(" http://10.0.0.7:8080/a\n", "10.0.0.7"));
}

TEST(callbackNothing, "WA-5: anonymous, empty and static say nothing") {
  CPPUNIT_ASSERT_EQUAL(std::string(), learned("http://www.w3.org/2005/08/addressing/anonymous", "10.0.0.7"));
  CPPUNIT_ASSERT_EQUAL(std::string(), learned("anonymous", "10.0.0.7"));
  CPPUNIT_ASSERT_EQUAL(std::string(), learned("", "10.0.0.7"));
  CPPUNIT_ASSERT_EQUAL(std::string(), learned("http://10.0.0.7/", "10.0.0.7", CallbackPolicy::Static));
}
