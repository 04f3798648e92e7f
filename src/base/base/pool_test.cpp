#include <vector>

#include <gtest/gtest.h>

#include <tenantry/base/hash.hpp>
#include <tenantry/base/pool.hpp>

namespace tenantry {
namespace {

TEST(Pool, CallsEachIndexOnceOnAnyNumberOfThreads) {
    for (const unsigned threads : {0u, 1u, 2u, 7u}) {
        std::vector<int> calls(100);
        Pool(threads).each(calls.size(), [&](std::size_t i) { ++calls[i]; });
        EXPECT_EQ(calls, std::vector<int>(100, 1)) << threads;
    }
}

// RFC 7693 has BLAKE2b-512 only; this value of the 256-bit form is that of b2sum -l 256 of "abc".
TEST(Hash, IsBlake2bOf256Bits) {
    EXPECT_EQ(blake2b("abc").hex(), "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
    EXPECT_EQ(blake2b("abc").hex(12), "bddd813c6342");
}

}  // namespace
}  // namespace tenantry
