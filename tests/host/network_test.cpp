#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <regex>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <tenantry/host/workspace.hpp>

#include "network_support.hpp"

namespace tenantry::host {
namespace {

/// Takes away what a test made, so that the next one begins with nothing.
struct Network : testing::Test {
    void TearDown() override {
        for (const std::string_view environment : {acme, norte})
            EXPECT_TRUE(network().remove({"lend", std::string(environment)}));
    }
};

void must(const Result<void>& done) { ASSERT_TRUE(done) << done.error().text(); }

world::ObservedNetwork observed(const Emitted& wanted) {
    auto seen = network().observe(wanted.placement());
    EXPECT_TRUE(seen) << seen.error().text();
    return seen ? *std::move(seen) : world::ObservedNetwork{};
}

std::string path(const Emitted& wanted, std::string_view space) {
    return namespaces_of(wanted.placement()) + "/" + std::string(space);
}

// Everything that `ip` tells of all namespaces, with the numbers of interfaces.
std::string told(const Emitted& wanted) {
    std::string text;
    for (const world::NamespaceSpec& space : wanted.network.namespaces)
        for (const char* what : {"-d link", "addr", "route show table all", "neigh", "rule"}) {
            std::vector<std::string> argv = words(what);
            argv.insert(argv.begin(), {"ip", "-o"});
            text += run_in(space.path, argv);
        }
    // Whether a link has a carrier is noted a moment later.
    return std::regex_replace(text, std::regex(" state [A-Z]+"), "");
}

/// A connection from one task to another, as the rules allow it.
class Connection {
  public:
    Connection(const Emitted& wanted, std::string_view caller, std::string_view called, std::uint16_t port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        const int on = 1;
        const Descriptor listener = inside(path(wanted, called));
        setsockopt(listener.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
        EXPECT_EQ(bind(listener.number(), name(address), sizeof(address)), 0);
        EXPECT_EQ(listen(listener.number(), 1), 0);
        for (const world::NamespaceSpec& space : wanted.network.namespaces)
            if (space.name == called) address.sin_addr.s_addr = htonl(space.interfaces[0].addresses[0].base.value);
        near_ = inside(path(wanted, caller));
        EXPECT_EQ(connect(near_.number(), name(address), sizeof(address)), 0) << std::strerror(errno);
        far_ = Descriptor(accept4(listener.number(), nullptr, nullptr, SOCK_CLOEXEC));
        for (const int socket : {near_.number(), far_.number()})
            setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    }

    bool there_and_back() {
        char byte = 'x';
        return send(near_.number(), &byte, 1, 0) == 1 && recv(far_.number(), &byte, 1, 0) == 1 &&
               send(far_.number(), &byte, 1, 0) == 1 && recv(near_.number(), &byte, 1, 0) == 1;
    }

    /// Packets of both directions that had to be sent again.
    [[nodiscard]] std::uint32_t lost() const {
        std::uint32_t sum = 0;
        for (const int socket : {near_.number(), far_.number()}) {
            tcp_info info{};
            socklen_t size = sizeof(info);
            EXPECT_EQ(getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size), 0);
            sum += info.tcpi_total_retrans;
        }
        return sum;
    }

  private:
    static const sockaddr* name(const sockaddr_in& address) { return reinterpret_cast<const sockaddr*>(&address); }
    static Descriptor inside(const std::string& space) {
        Descriptor made;
        std::thread([&] {
            const Descriptor file(open(space.c_str(), O_RDONLY | O_CLOEXEC));
            EXPECT_EQ(setns(file.number(), CLONE_NEWNET), 0);
            made = Descriptor(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        }).join();
        return made;
    }

    Descriptor near_, far_;
};

TEST_F(Network, is_read_back_as_it_was_emitted) {
    const Emitted first = emitted(acme), second = emitted(norte);
    must(network().ensure(first.network, first.rules));
    must(network().ensure(second.network, second.rules));
    const Reading seen = read({{std::string(acme), observed(first)}, {std::string(norte), observed(second)}});
    EXPECT_EQ(seen.unclear, std::vector<std::string>{});
    EXPECT_EQ(seen.broken, std::vector<std::string>{});
    EXPECT_EQ(seen.facts, read({}).facts);
    EXPECT_TRUE(Connection(first, "web-3", "api-2", 9000).there_and_back());
}

TEST_F(Network, stays_untouched_where_it_is_so_already) {
    const Emitted wanted = emitted(acme);
    must(network().ensure(wanted.network, wanted.rules));
    const std::string before = told(wanted), seen = observed(wanted).network;
    must(network().ensure(wanted.network, wanted.rules));
    EXPECT_EQ(told(wanted), before);
    EXPECT_EQ(observed(wanted).network, seen);
}

TEST_F(Network, ends_the_same_from_more_or_fewer_tasks) {
    const Emitted one = emitted(acme, 1), three = emitted(acme, 3);
    must(network().ensure(one.network, one.rules));
    const std::string small = observed(one).network;
    must(network().ensure(three.network, three.rules));
    const std::string large = observed(three).network;
    EXPECT_NE(large.find("\"web-3\""), std::string::npos);
    must(network().ensure(one.network, one.rules));
    EXPECT_EQ(observed(one).network, small);
    EXPECT_FALSE(std::filesystem::exists(path(three, "web-3")));
    must(network().ensure(three.network, three.rules));
    EXPECT_EQ(observed(three).network, large);
    must(network().remove(three.placement()));
    must(network().ensure(three.network, three.rules));
    EXPECT_EQ(observed(three).network, large) << "made at once and step by step is the same";
}

TEST_F(Network, loses_no_packet_of_others_when_tasks_come_and_go) {
    const Emitted small = emitted(acme, 2), large = emitted(acme, 3);
    must(network().ensure(small.network, small.rules));
    Connection connection(small, "api-1", "scoring-1", 9100);
    std::atomic<bool> ended = false;
    std::uint64_t rounds = 0;
    std::thread traffic([&] {
        while (!ended && connection.there_and_back()) ++rounds;
    });
    for (int i = 0; i < 60; ++i) {
        const Emitted& wanted = i % 2 == 0 ? large : small;
        must(network().ensure(wanted.network, wanted.rules));
    }
    ended = true;
    traffic.join();
    EXPECT_EQ(connection.lost(), 0U);
    EXPECT_GT(rounds, 1000U) << "the connection was in use all the time";
    EXPECT_TRUE(connection.there_and_back());
}

TEST_F(Network, may_be_made_beside_that_of_another_environment) {
    const auto again = [](std::string_view environment) {
        const Emitted wanted = emitted(environment);
        KernelNetwork kernel = network();
        std::string first;
        for (int i = 0; i < 15; ++i) {
            must(kernel.ensure(wanted.network, wanted.rules));
            const world::ObservedNetwork seen = observed(wanted);
            if (i == 0) first = seen.network;
            EXPECT_EQ(seen.network, first);
            must(kernel.remove(wanted.placement()));
        }
    };
    std::thread other([&] { again(norte); });
    again(acme);
    other.join();
}

TEST_F(Network, of_the_machine_is_never_touched) {
    const std::string before = traces(), own = std::filesystem::read_symlink("/proc/self/ns/net");
    const Emitted wanted = emitted(acme);
    must(network().ensure(wanted.network, wanted.rules));
    observed(wanted);
    EXPECT_EQ(std::filesystem::read_symlink("/proc/self/ns/net"), own);
    EXPECT_EQ(run({"ip", "-oneline", "link"}), before.substr(0, before.find('\n') + 1)) << "no link to the machine";
    EXPECT_EQ(run({"nft", "list", "ruleset"}), "");
    must(network().remove(wanted.placement()));
}

TEST_F(Network, is_new_where_a_pin_leads_to_the_machines_own) {
    const Emitted wanted = emitted(acme);
    must(network().ensure(wanted.network, wanted.rules));
    const std::string before = observed(wanted).network;
    run({"ip", "link", "add", "precious", "type", "veth", "peer", "name", "other"});
    for (const char* broken : {"router", "api-1"}) {
        run({"umount", path(wanted, broken)});
        run({"mount", "--bind", "/proc/self/ns/net", path(wanted, broken)});
        must(network().ensure(wanted.network, wanted.rules));
        EXPECT_EQ(observed(wanted).network, before);
    }
    run({"ip", "link", "delete", "precious"});
}

TEST_F(Network, is_new_where_pins_are_broken) {
    const Emitted wanted = emitted(acme);
    must(network().ensure(wanted.network, wanted.rules));
    const std::string before = observed(wanted).network;
    run({"umount", path(wanted, "api-1")});                            // a file alone
    run({"mount", "--bind", "/etc/hostname", path(wanted, "api-2")});  // another mount upon the first
    run({"umount", path(wanted, "web-1")});
    run({"mount", "--bind", path(wanted, "web-2"), path(wanted, "web-1")});  // one namespace twice
    run({"umount", path(wanted, "web-3")});
    run({"unshare", "--net=" + path(wanted, "web-3"), "true"});  // empty
    std::ofstream(path(wanted, "stranger")) << "";
    must(network().ensure(wanted.network, wanted.rules));
    EXPECT_EQ(observed(wanted).network, before);
    EXPECT_FALSE(std::filesystem::exists(path(wanted, "stranger")));
}

TEST_F(Network, keeps_its_rules_where_new_ones_are_refused) {
    const Emitted wanted = emitted(acme);
    must(network().ensure(wanted.network, wanted.rules));
    const std::string before = observed(wanted).rules;
    for (const char* bad :
         {"{", "{}", R"({"nftables": [{"add": {"rule": {"family": "inet", "table": "nobody", "chain": "x",
             "expr": []}}}]})",
          R"({"nftables": [{"add": {"flowtable": {}}}]})"}) {
        const auto done = network().ensure(wanted.network, bad);
        ASSERT_FALSE(done);
        EXPECT_TRUE(done.error().text().starts_with("making the network of local/lend/acme/demo: "))
            << done.error().text();
    }
    EXPECT_EQ(observed(wanted).rules, before);
    const Emitted other = emitted(norte);
    EXPECT_FALSE(network().ensure(other.network, "{"));
    EXPECT_EQ(observed(other).network.find("\"peer\""), std::string::npos) << "no link without rules";
}

TEST_F(Network, of_nothing_is_removed_and_seen) {
    const world::Placement nobody{"lend", "nobody/demo"};
    must(network().remove(nobody));
    const auto seen = KernelNetwork().observe(nobody);
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->network, R"({
  "version": 1,
  "platform": "lend",
  "environment": "nobody/demo",
  "block": "0.0.0.0/32",
  "namespaces": [],
  "sockets": []
}
)");
    EXPECT_EQ(seen->rules, "{\"nftables\": []}");
}

TEST_F(Network, takes_no_path_for_an_environment) {
    for (const char* environment : {"", "acme", "acme/demo/x", "../..", "acme/..", "/acme", "acme/"}) {
        const world::Placement placement{"lend", environment};
        EXPECT_FALSE(network().remove(placement)) << environment;
        EXPECT_FALSE(network().observe(placement)) << environment;
    }
    EXPECT_FALSE(network().remove({"..", "acme/demo"}));
}

TEST_F(Network, of_twenty_environments_leaves_nothing) {
    const Emitted wanted = emitted(acme);
    run({"mkdir", "-p", "/run/tenantry/platforms/lend"});
    const std::string before = traces();
    const auto open_files = [] { return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}); };
    const auto openBefore = open_files();
    const auto used = [] {
        rusage usage{};
        getrusage(RUSAGE_SELF, &usage);
        return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
               static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
    };
    double making = 0, again = 0, looking = 0, removing = 0;
    const auto timed = [&](double& sum, const auto& work) {
        sum -= used();
        work();
        sum += used();
    };
    for (int i = 0; i < 20; ++i) {
        timed(making, [&] { must(network().ensure(wanted.network, wanted.rules)); });
        timed(again, [&] { must(network().ensure(wanted.network, wanted.rules)); });
        timed(looking, [&] { observed(wanted); });
        timed(removing, [&] { must(network().remove(wanted.placement())); });
    }
    EXPECT_EQ(traces(), before);
    EXPECT_EQ(open_files(), openBefore) << "an open file would keep its namespace alive";
    std::cout << fmt::format("CPU of an environment of 8 tasks: made in {:.1f} ms, made equal in {:.1f} ms, seen in "
                             "{:.1f} ms, removed in {:.1f} ms\n",
                             making / 20, again / 20, looking / 20, removing / 20);
}

}  // namespace
}  // namespace tenantry::host
