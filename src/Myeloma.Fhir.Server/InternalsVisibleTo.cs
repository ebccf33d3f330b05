using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Myeloma.Fhir.Server.Tests")]
