#include <gtest/gtest.h>

#include <tenantry/local_read/local_read.hpp>

#include "local_read_test.hpp"

namespace tenantry::local_read {
namespace {

using Lines = std::vector<std::string>;
constexpr std::string_view app = "environments/globex/demo/tasks/app-1/config.json";
constexpr std::string_view balancer = "environments/globex/demo/tasks/load-balancer-1/config.json";
constexpr std::string_view network =
    R"({"type": "network", "path": "/run/tenantry/platforms/lend/net/globex/demo/app-1"})";
constexpr std::string_view hostsMount =
    R"({"destination": "/etc/hosts", "type": "bind", "source": "/run/tenantry/platforms/lend/environments/globex/demo/services/app/hosts", "options": ["bind", "ro"]})";

const verify::Process& app_of(const verify::Facts& facts) { return facts.processes[4]; }

TEST(Tasks, says_what_it_does_not_understand) {
    struct Change {
        std::string_view before;
        std::string after;
        std::string_view said;
    };
    const std::string net(network);
    const Change rows[] = {
        {R"("hostname")", R"("hooks": {"prestart": []}, "hostname")",
         "globex/demo: The key `hooks` of the runtime configuration is not known."},
        {R"("cgroupsPath")", R"("netDevices": {"eth1": {}}, "cgroupsPath")",
         "globex/demo: The key `netDevices` of the Linux part is not known."},
        {network, net + R"(, {"type": "user"})", "globex/demo: What a namespace `user` changes is not known."},
        {network, net + R"(, {"type": "time"})", "globex/demo: What a namespace `time` changes is not known."},
        {R"({"type": "pid"})", R"({"type": "pid", "path": "/proc/1/ns/pid"})",
         "globex/demo: The task shares a namespace `pid`."},
        {R"({"type": "pid"})", R"({"type": "pid", "flags": 1})",
         "globex/demo: The key `flags` of the namespace entry is not known."},
        {network, net + ", " + net, "everybody: A task has two network namespaces."},
        {R"("cgroupsPath")", R"("sysctl": {"net.ipv4.ip_forward": "1", "kernel.shm_rmid_forced": "1"}, "cgroupsPath")",
         "globex/demo: What the sysctl `net.ipv4.ip_forward` changes is not known."},
        {R"("cgroupsPath")", R"("uidMappings": [{"containerID": 0, "hostID": 0, "size": 1}], "cgroupsPath")",
         "globex/demo: Which uids the task has outside of its namespace is not known."},
        {R"("annotations": {)", R"("annotations": {"run.oci.handler": "krun", )",
         "globex/demo: The key `run.oci.handler` of the annotations is not known."},
        {R"("annotations": {)", R"("annotations": {"tenantry.variables": "JWT_KEY=jwt_key B_URL=../x/b.url", )",
         "globex/demo: Which secret the variable `B_URL=../x/b.url` gets is not known."},
        {R"("capabilities": {})", R"("capabilities": {"bounding": ["CAP_CHOWN", "CAP_NET_ADMIN"]})",
         "globex/demo: With CAP_NET_ADMIN a task can change the network that it is in."},
        {R"("tenantry.environment": "globex/demo")", R"("tenantry.environment": "acme/production")",
         "everybody: A task in the folder of `globex/demo` says that it belongs to `acme/production`."},
        {R"("/run/tenantry/platforms/lend/environments/globex/demo/services/app/hosts")", R"("/etc/hosts")",
         "globex/demo: The file `/etc/hosts` of the task is `/etc/hosts`, which is not in the output folder."},
        {R"("/run/tenantry/platforms/lend/environments/globex/demo/services/app/hosts")",
         R"("/run/tenantry/platforms/lend/environments/globex/demo/services/../hosts")",
         "globex/demo: The file `/etc/hosts` of the task is "
         "`/run/tenantry/platforms/lend/environments/globex/demo/services/../hosts`, "
         "which is not in the output folder."},
        {R"("type": "bind", "source": "/run/tenantry/platforms/lend/environments/globex/demo/services/app/hosts", "options": ["bind", "ro"])",
         R"("type": "tmpfs", "source": "/run/tenantry/platforms/lend/environments/globex/demo/services/app/hosts", "options": ["ro"])",
         "globex/demo: The file `/etc/hosts` of the task is "
         "`/run/tenantry/platforms/lend/environments/globex/demo/services/app/hosts`, "
         "which is not in the output folder."},
        {hostsMount, R"({"destination": "/etc/other", "type": "bind", "source": "/x"})",
         "globex/demo: What the file `/etc/hosts` of the task holds is not in the output folder."},
        // Where these go is not clear: perhaps over the file.
        {hostsMount, std::string(hostsMount) + R"(, {"type": "tmpfs", "source": "tmpfs"})",
         "globex/demo: What the file `/etc/hosts` of the task holds is not in the output folder."},
        {hostsMount,
         std::string(hostsMount) + R"(, {"destination": "/tmp/../etc", "type": "tmpfs", "source": "tmpfs"})",
         "globex/demo: What the file `/etc/hosts` of the task holds is not in the output folder."},
        // What is mounted later covers what was there.
        {hostsMount, std::string(hostsMount) + R"(, {"destination": "/etc", "type": "tmpfs", "source": "tmpfs"})",
         "globex/demo: The file `/etc/hosts` of the task is `tmpfs/hosts`, which is not in the output folder."},
        {network, R"({"type": "network", "path": "/proc/1/ns/net"})",
         "everybody: The task `globex/demo/app-1` is in the network namespace `/proc/1/ns/net`, which no network.json "
         "has."},
    };
    for (const Change& row : rows) {
        Files files;
        files.replace(app, row.before, row.after);
        EXPECT_EQ(files.unclear(), Lines{std::string(row.said)}) << row.after;
    }
}

TEST(Tasks, takes_a_mount_of_a_folder_that_is_covered_by_the_file_itself) {
    Files files;
    files.replace(app, hostsMount,
                  R"({"destination": "/etc/", "type": "tmpfs", "source": "tmpfs"}, )" + std::string(hostsMount));
    EXPECT_EQ(files.unclear(), Lines{});
}

TEST(Tasks, finds_a_file_in_a_folder_of_ours_that_is_mounted) {
    Files files;
    files.replace(
        app, hostsMount,
        R"({"destination": "/etc", "source": "/run/tenantry/platforms/lend/environments/globex/demo/services/app",
                      "options": ["rbind"]})");
    EXPECT_EQ(files.unclear(), Lines{});
    const verify::Facts facts = files.read();
    EXPECT_EQ(app_of(facts).hosts.size(), 1U);
}

TEST(Tasks, puts_a_task_without_a_network_namespace_on_the_host) {
    Files files;
    files.replace(app, std::string(", ") + std::string(network), "");
    EXPECT_EQ(files.unclear(), Lines{});
    const verify::Facts facts = files.read();
    const verify::Device& device = facts.devices[app_of(facts).device.at];
    EXPECT_EQ(device.name, "host");
    EXPECT_EQ(device.owner, std::nullopt);
}

TEST(Tasks, gives_a_task_with_a_namespace_of_its_own_an_empty_device) {
    Files files;
    files.replace(app, network, R"({"type": "network"})");
    EXPECT_EQ(files.unclear(), Lines{});
    const verify::Facts facts = files.read();
    const verify::Device& device = facts.devices[app_of(facts).device.at];
    EXPECT_EQ(device.owner, app_of(facts).owner);
    EXPECT_TRUE(device.interfaces.empty());
}

TEST(Tasks, puts_a_task_where_its_path_leads_even_into_another_environment) {
    Files files;
    files.replace(app, network,
                  R"({"type": "network", "path": "/run/tenantry/platforms/lend/net/acme/production/api-1"})");
    EXPECT_EQ(files.unclear(), Lines{});
    const verify::Facts facts = files.read();
    EXPECT_EQ(facts.devices[app_of(facts).device.at].name, "acme/production/api-1");
    EXPECT_EQ(facts.environments[app_of(facts).owner->at].name, "globex/demo");
}

TEST(Tasks, says_how_a_proxy_is_started_in_a_way_that_it_does_not_know) {
    constexpr std::string_view args = R"(["haproxy", "-db", "-f", "/etc/haproxy/haproxy.cfg"])";
    Files twice, none, other;
    twice.replace(balancer, args, R"(["haproxy", "-f", "/etc/haproxy/haproxy.cfg", "-f", "/extra.cfg"])");
    EXPECT_EQ(twice.unclear(), (Lines{"globex/demo: What `-f` changes for haproxy is not known.",
                                      "globex/demo: What `/extra.cfg` changes for haproxy is not known."}));
    none.replace(balancer, args, R"(["haproxy"])");
    EXPECT_EQ(none.unclear(), Lines{"globex/demo: Which configuration haproxy reads is not said."});
    other.replace(balancer, args, R"(["/usr/bin/sh"])");
    EXPECT_EQ(other.unclear(), Lines{});
    EXPECT_EQ(other.read().proxies.size(), 2U);
}

TEST(Tasks, refuses_a_mount_of_ours_that_is_not_there) {
    Files files;
    files.remove("environments/globex/demo/services/app/hosts");
    EXPECT_EQ(
        files.diagnostics(),
        Lines{"TN0750 \"/run/tenantry/platforms/lend/environments/globex/demo/services/app/hosts\": The task mounts "
              "`/run/tenantry/platforms/lend/environments/globex/demo/services/app/hosts`, which is not among the "
              "files of the "
              "output folder."});
}

TEST(Tasks, needs_service_user_and_program) {
    Files service, uid;
    service.replace(app, R"(, "tenantry.service": "app")", "");
    EXPECT_EQ(service.diagnostics(), Lines{"TN0751 {: In the annotations `tenantry.service` is missing."});
    uid.replace(app, R"("uid": 200102, )", "");
    EXPECT_EQ(uid.diagnostics(), Lines{"TN0751 {: In the user `uid` is missing."});
}

TEST(Hosts, reads_names_aliases_and_comments_and_no_ipv6) {
    Files files;
    files.set("environments/globex/demo/services/app/hosts",
              "# x\n10.0.0.1\tapi  api.internal # y\n\n::1 localhost\n10.0.0.2 db");
    EXPECT_EQ(files.unclear(), Lines{"globex/demo: `::1` in a hosts file is no IPv4 address."});
    const verify::Facts facts = files.read();
    const auto& hosts = app_of(facts).hosts;
    ASSERT_EQ(hosts.size(), 3U);
    EXPECT_EQ(hosts[1].name, "api.internal");
    EXPECT_EQ(hosts[2].address.str(), "10.0.0.2");
    EXPECT_EQ(files.bytes(hosts[2].at), "10.0.0.2 db");
}

TEST(Tasks, says_that_a_name_with_two_addresses_leads_to_either) {
    Files files;
    files.set("environments/globex/demo/services/app/hosts",
              "127.0.0.1 localhost\n127.0.0.1 localhost api\n10.0.0.9 api\n");
    EXPECT_EQ(files.unclear(), Lines{"globex/demo: Which of its two addresses `api` is found at is not known."});
}

}  // namespace
}  // namespace tenantry::local_read
