using BenchmarkDotNet.Running;
using Myeloma.Fhir.Benchmarks.Artifacts;
using Myeloma.Fhir.Benchmarks.Bulk;
using Myeloma.Fhir.Benchmarks.FhirPath;
using Myeloma.Fhir.Benchmarks.Formats;
using Myeloma.Fhir.Benchmarks.Load;
using Myeloma.Fhir.Benchmarks.Scale;
using Myeloma.Fhir.Benchmarks.Terminology;
using Myeloma.Fhir.Benchmarks.Validation;

// `-- load …` runs the load script against a real server process over HTTP, `-- scale …` the same with a million resources, `-- import …` imports and exports,
// `-- fhirpath …` evaluates search parameters over examples, `-- formats …` reads and writes them, `-- validate …` validates them, `-- terminology …` asks
// a code system of 500,000 concepts, `-- artifacts …` applies, packages and installs; anything else goes to BenchmarkDotNet (`--filter *Parse*`).
if (args is ["load", .. var rest])
    return await LoadScript.RunAsync(rest);
if (args is ["fhirpath", .. var options])
    return FhirPathScript.Run(options);
if (args is ["validate", .. var validate])
    return ValidateScript.Run(validate);
if (args is ["terminology", .. var terminology])
    return await TerminologyScript.RunAsync(terminology);
if (args is ["artifacts", .. var artifacts])
    return await ArtifactScript.RunAsync(artifacts);
if (args is ["scale", .. var scale])
    return await ScaleScript.RunAsync(scale);
if (args is ["import", .. var import])
    return await ImportScript.RunAsync(import);
if (args is ["formats", .. var formats])
    return FormatScript.Run(formats);

BenchmarkSwitcher.FromAssembly(typeof(LoadScript).Assembly).Run(args);
return 0;
