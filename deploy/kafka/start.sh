#!/bin/sh
# One Kafka for docker-compose: the same doors and rights as the embedded one (services/local/broker_properties.py).
# Formats its storage the first time, with the hub's SCRAM user in it; passwords come from HUB_SECRETS, never from here.
set -eu

hub=$(cat "$HUB_SECRETS/hub")
controller=$(cat "$HUB_SECRETS/controller")
scram="org.apache.kafka.common.security.scram.ScramLoginModule required"
plain="org.apache.kafka.common.security.plain.PlainLoginModule required"
properties=/tmp/server.properties

umask 077
cat >"$properties" <<END
process.roles=broker,controller
node.id=1
log.dirs=/var/lib/kafka/data/logs
listeners=HUB://:9092,AGENCY://:9094,CONTROLLER://127.0.0.1:9093
advertised.listeners=HUB://kafka:9092,AGENCY://${HUB_AGENCY_KAFKA:-localhost:9094}
listener.security.protocol.map=HUB:SASL_PLAINTEXT,AGENCY:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT
inter.broker.listener.name=HUB
controller.listener.names=CONTROLLER
controller.quorum.voters=1@127.0.0.1:9093
sasl.enabled.mechanisms=SCRAM-SHA-512
sasl.mechanism.inter.broker.protocol=SCRAM-SHA-512
listener.name.hub.scram-sha-512.sasl.jaas.config=$scram username="hub" password="$hub";
listener.name.agency.scram-sha-512.sasl.jaas.config=$scram;
sasl.mechanism.controller.protocol=PLAIN
listener.name.controller.sasl.enabled.mechanisms=PLAIN
listener.name.controller.plain.sasl.jaas.config=$plain username="controller" password="$controller" user_controller="$controller";
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:hub;User:controller
allow.everyone.if.no.acl.found=false
auto.create.topics.enable=false
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
offsets.retention.minutes=64800
END

if [ ! -f /var/lib/kafka/data/logs/meta.properties ]; then
    # What it prints may show the password.
    /opt/kafka/bin/kafka-storage.sh format --config "$properties" \
        --cluster-id "$(/opt/kafka/bin/kafka-storage.sh random-uuid)" \
        --add-scram "SCRAM-SHA-512=[name=hub,password=$hub]" >/dev/null
fi
exec /opt/kafka/bin/kafka-server-start.sh "$properties"
