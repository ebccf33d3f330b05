using Myeloma.Fhir.EmbeddedPostgres;

// Owns the cluster in the folder that is named, says its connection string and whether it was running, and leaves when standard input ends.
var cluster = await PostgresCluster.StartAsync(new PostgresClusterOptions { DataFolder = args[0] });
Console.WriteLine(cluster.ConnectionString);
Console.WriteLine(cluster.WasRunning);
await Console.In.ReadToEndAsync();
await cluster.StopAsync();
