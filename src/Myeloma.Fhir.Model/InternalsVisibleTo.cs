using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Myeloma.Fhir.Model.Tests")]
