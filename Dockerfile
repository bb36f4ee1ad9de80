# The slotferry jar on a Java runtime: `worker` by default, every other command of slotferry as well.
FROM maven:3.9-eclipse-temurin-17 AS build
WORKDIR /src
COPY . .
RUN mvn -q -B -Dmaven.test.skip=true -Dspotless.check.skip=true package -pl distribution -am

FROM eclipse-temurin:17-jre
COPY --from=build /src/distribution/target/slotferry.jar /opt/slotferry/slotferry.jar
COPY deploy/slotferry /usr/local/bin/slotferry
# Reports and states of runs are written to the working folder; backups where a request says.
RUN useradd --create-home --uid 10001 slotferry && mkdir -p /var/lib/slotferry/backups && chown -R slotferry /var/lib/slotferry
USER slotferry
ENV LANG=C.UTF-8
WORKDIR /var/lib/slotferry
ENTRYPOINT ["slotferry"]
CMD ["worker"]
