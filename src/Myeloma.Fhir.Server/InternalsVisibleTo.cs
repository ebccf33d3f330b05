using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Myeloma.Fhir.Server.Tests")]
[assembly: InternalsVisibleTo("Myeloma.Fhir.Firely.Tests")]
