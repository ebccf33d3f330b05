using Myeloma.Fhir.Server.Commands;

return await CommandLine.RunAsync(args);
